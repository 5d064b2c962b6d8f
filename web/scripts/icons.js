// Draws the mark (static/icon.svg) as the pictures that systems ask for when Paceline is installed. Run it after the mark
// changed and commit what it wrote: `npm run icons`. Needs Chromium, like the browser tests.
import { readFileSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const folder = new URL('../static/', import.meta.url).pathname;
const mark = readFileSync(`${folder}icon.svg`, 'utf8');
// A system cuts a maskable picture to its own shape and may take a tenth off each side; Apple rounds the corners itself.
const full = mark.replace(' rx="7"', '');
const maskable = full.replace('<path', '<path transform="translate(16 16) scale(.74) translate(-16 -16)"');
const PICTURES = {
	'icon-180.png': [180, full],
	'icon-192.png': [192, mark],
	'icon-512.png': [512, mark],
	'icon-512-maskable.png': [512, maskable],
};

const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
for (const [name, [size, svg]] of Object.entries(PICTURES)) {
	const page = await browser.newPage({ viewport: { width: size, height: size } });
	await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw}</style>${svg}`);
	writeFileSync(folder + name, await page.screenshot({ omitBackground: true }));
	console.log(`static/${name}`);
}
await browser.close();
