// Measures the JavaScript that each page needs before it is complete: the start of the app, the layouts and the page with
// everything they import, lazy parts such as the plots included. Fails above the budget (gzip, the larger of the two encodings).
// With --json it prints KiB (gzip) by page and nothing else.
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const BUDGET_BYTES = 100 * 1024;
const client = new URL('../.svelte-kit/output/client/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', client), 'utf8'));

const entries = Object.keys(manifest).filter((key) => manifest[key].isEntry || manifest[key].isDynamicEntry);
const node = (key) => /generated\/client-optimized\/nodes\/(\d+)\.js$/.exec(key)?.[1];
const starts = entries.filter((key) => /client-optimized\/app\.js$|runtime\/client\/entry\.js$/.test(key));
const nodes = Object.fromEntries(entries.filter(node).map((key) => [node(key), key]));
if (starts.length !== 2) throw new Error(`expected the two entries of SvelteKit, found ${starts.join(', ')}`);

const routes = readRoutes();
const asJson = process.argv.includes('--json');
const sizesOf = {};
let over = false;
for (const [route, numbers] of Object.entries(routes)) {
	const files = new Set();
	for (const key of [...starts, ...numbers.map((number) => nodes[number])]) collect(key, files);
	const sizes = [...files].map((file) => readFileSync(new URL(file, client)));
	const gzip = total(sizes, (bytes) => gzipSync(bytes, { level: 9 }));
	const brotli = total(sizes, (bytes) => brotliCompressSync(bytes));
	if (gzip > BUDGET_BYTES) over = true;
	sizesOf[route] = Math.round(gzip / 102.4) / 10;
	if (asJson) continue;
	console.log(
		`${route.padEnd(22)} ${String(files.size).padStart(3)} files  gzip ${kib(gzip)}  brotli ${kib(brotli)}${gzip > BUDGET_BYTES ? '  OVER BUDGET' : ''}`,
	);
}
console.log(
	asJson ? JSON.stringify(sizesOf) : `budget ${kib(BUDGET_BYTES)} of JavaScript before a page is complete`,
);
if (over) process.exit(1);

/** Which node numbers each page loads: the layouts around it and itself, from SvelteKit's own dictionary. */
function readRoutes() {
	const app = readFileSync(
		new URL('../.svelte-kit/generated/client-optimized/app.js', import.meta.url),
		'utf8',
	);
	const dictionary = /dictionary = (\{[\s\S]*?\});/.exec(app)?.[1];
	if (!dictionary)
		throw new Error('SvelteKit writes its dictionary of pages differently now; mend scripts/budget.js');
	const pages = JSON.parse(dictionary.replaceAll(/,(\s*[}\]])/g, '$1'));
	return Object.fromEntries(
		Object.entries(pages).map(([route, [leaf, layouts = []]]) => [
			route.replace(/\/\([^)]+\)/, '') || '/',
			['0', ...layouts.map(String), String(leaf < 0 ? ~leaf : leaf)],
		]),
	);
}

function collect(key, files) {
	const chunk = manifest[key];
	if (files.has(chunk.file)) return;
	files.add(chunk.file);
	for (const imported of chunk.imports ?? []) collect(imported, files);
	const lazy = starts.includes(key) ? [] : (chunk.dynamicImports ?? []);
	for (const imported of lazy) collect(imported, files);
}

function total(sizes, compress) {
	return sizes.reduce((sum, bytes) => sum + compress(bytes).length, 0);
}

function kib(bytes) {
	return `${(bytes / 1024).toFixed(1)} KiB`;
}
