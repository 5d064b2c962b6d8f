// Finishes build/: moves the inline scripts of index.html into hashed files, so that a Content-Security-Policy
// without 'unsafe-inline' holds, and lays .br and .gz beside everything that is worth it.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const build = new URL('../build/', import.meta.url).pathname;
const COMPRESSED = /\.(js|css|html|svg|json|webmanifest|txt)$/;
const WORTH_BYTES = 600;

const page = join(build, 'index.html');
const html = readFileSync(page, 'utf8').replaceAll(/<script>([\s\S]*?)<\/script>/g, (_, code) => {
	const hash = createHash('sha256').update(code).digest('base64url').slice(0, 10);
	const path = `_app/immutable/start.${hash}.js`;
	writeFileSync(join(build, path), code.trim());
	return `<script src="/${path}"></script>`;
});
if (/<script>|<script [^>]*>[^<\s]|\son\w+=/.test(html))
	throw new Error('index.html still has inline scripts');
writeFileSync(page, html);

let files = 0;
for (const name of readdirSync(build, { recursive: true })) {
	const path = join(build, name);
	if (!COMPRESSED.test(path) || statSync(path).size < WORTH_BYTES) continue;
	const bytes = readFileSync(path);
	writeFileSync(
		`${path}.br`,
		brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
	);
	writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
	files += 1;
}
console.log(`build: inline scripts moved into files, ${files} files compressed`);
