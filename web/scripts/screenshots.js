// Takes pictures of every page at 1280 and 390 px, light and dark, into screenshots/. Needs a running server with data:
//   PACELINE_URL=http://127.0.0.1:8080 PACELINE_EMAIL=… PACELINE_PASSWORD=… npm run screenshots [page …]
// Fails when a page writes an error to the console, is wider than its window, or moves while it loads (above 0.05).
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

const url = process.env.PACELINE_URL ?? 'http://127.0.0.1:8080';
const { PACELINE_EMAIL: email = '', PACELINE_PASSWORD: password = '' } = process.env;
const folder = new URL('../screenshots/', import.meta.url).pathname;
const SHIFT_LIMIT = 0.05;
const PAGES = {
	dashboard: () => '/',
	activities: () => '/activities',
	deleted: () => '/activities/deleted',
	activity: (found) => `/activities/${found.newest}`,
	race: (found) => `/activities/${found.longest}`,
	multisport: (found) => `/activities/${found.multisport}`,
	ride: (found) => `/activities/${found.ride}`,
	upload: () => '/upload',
	profile: () => '/profile',
	// What an administrator sees; others are told that it is not theirs.
	jobs: () => '/jobs',
};
const wanted = process.argv.slice(2);

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	args: [
		'--no-sandbox',
		'--disable-gpu',
		'--disable-quic',
		'--no-first-run',
		'--disable-background-networking',
		'--disable-component-update',
		'--disable-sync',
	],
});
const faults = [];
for (const [size, viewport] of Object.entries({
	desktop: { width: 1280, height: 900 },
	phone: { width: 390, height: 844 },
})) {
	for (const colorScheme of ['light', 'dark'])
		await visit(`${size}-${colorScheme}`, {
			viewport,
			colorScheme,
			deviceScaleFactor: size === 'phone' ? 2 : 1,
		});
}
await browser.close();
if (faults.length > 0) {
	console.error(faults.join('\n'));
	process.exit(1);
}

async function visit(look, options) {
	const context = await browser.newContext(options);
	await context.addInitScript(() => {
		globalThis.moved = 0;
		new PerformanceObserver((list) => {
			for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.moved += entry.value;
		}).observe({ type: 'layout-shift', buffered: true });
	});
	const page = await context.newPage();
	page.on('console', (message) => message.type() === 'error' && faults.push(`${look}: ${message.text()}`));
	page.on('pageerror', (error) => faults.push(`${look}: ${error.message}`));
	for (const name of ['sign-in', 'sign-up'])
		if (wanted.length === 0 || wanted.includes(name)) await take(page, look, name, `/${name}`);
	await page.goto(`${url}/sign-in`);
	await page.getByLabel('E-mail').fill(email);
	await page.getByLabel('Password').fill(password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
	const found = await page.evaluate(async () => {
		const ask = async (query) =>
			(await (await fetch(`/v1/activities?limit=1&fields=id&${query}`)).json()).items[0]?.id;
		return {
			newest: await ask('sport=run'),
			longest: await ask('sport=run&page=1&sort_by=distance_m'),
			multisport: await ask('sport=multisport&page=1&sort_by=distance_m'),
			ride: await ask('sport=cycling&page=1&sort_by=distance_m'),
		};
	});
	for (const [name, path] of Object.entries(PAGES)) {
		if (wanted.length === 0 || wanted.includes(name)) await take(page, look, name, path(found));
	}
	await context.close();
}

async function take(page, look, name, path) {
	await page.goto(url + path, { waitUntil: 'networkidle' });
	await page.waitForTimeout(300);
	const { wide, moved } = await page.evaluate(() => ({
		wide: Math.max(
			...Array.from(document.querySelectorAll(':root, .card'), (box) => box.scrollWidth - box.clientWidth),
		),
		moved: globalThis.moved,
	}));
	if (wide > 0) faults.push(`${look} ${name}: ${wide} px wider than the window or a card`);
	if (moved > SHIFT_LIMIT) faults.push(`${look} ${name}: moved by ${moved.toFixed(3)} while loading`);
	await page.screenshot({ path: `${folder}${name}-${look}.png`, fullPage: name !== 'activities' });
	console.log(`${name}-${look}.png  layout shift ${moved.toFixed(3)}`);
}
