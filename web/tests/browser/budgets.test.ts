// What a page may cost, counted: what it fetches and draws until it is whole, how far it moves, the list at 10,000 rows, a
// slow network. The size of the JavaScript is checked when it is built (scripts/budget.js).
// Never here: times, which depend on the machine and are a benchmark's (tests/bench).
import { afterAll, expect, test } from 'vitest';
import type { Response } from 'playwright-core';
import { gate, signInAsDemo, useBrowser, Visit, whole } from './browser';
import { openLongList, places } from './pages';

useBrowser();

const SHIFT = 0.05;

interface Cost {
	/** Everything that a first look fetches: the page, its files, the answers of the API. */
	requests: number;
	/** What comes over the network for them, as it is packed, without heads. */
	kib: number;
	/** Elements in the document. */
	elements: number;
}

/**
 * The requests are exact. The season of the demo athlete ends yesterday: what is told and drawn of it is a little more on one
 * day than on another, for which there is room.
 */
const BUDGETS: Record<string, Cost> = {
	'/': { requests: 33, kib: 100, elements: 550 },
	'/activities': { requests: 27, kib: 62, elements: 580 },
	'/activities/deleted': { requests: 25, kib: 53, elements: 90 },
	'/activities/[id]': { requests: 34, kib: 113, elements: 860 },
	'/upload': { requests: 28, kib: 62, elements: 105 },
	'/profile': { requests: 28, kib: 57, elements: 190 },
};

const measured: Record<string, Cost & { layout_shift: number }> = {};

afterAll(() => console.log(JSON.stringify(measured)));

/** The code of the other pages is not kept: that begins by the clock, three seconds later, and is no cost of this page. */
function keepNothing() {
	if (!('serviceWorker' in navigator)) return;
	const register = { get: () => () => Promise.resolve({}), set: () => undefined };
	Object.defineProperty(navigator.serviceWorker, 'register', register);
}

const isFirst = (answer: Response, at: number, answers: Response[]) =>
	answers.findIndex((other) => other.url() === answer.url()) === at;

test('every page is whole within its budget, and stands still', async () => {
	const first = await Visit.begin();
	await signInAsDemo(first.page);
	const all = await places(first.page);
	const storageState = await first.page.context().storageState();
	await first.end();
	for (const { route, path, title } of all) {
		// In a browser that has nothing of ours but who is signed in.
		const visit = await Visit.begin({ storageState });
		const { page } = visit;
		await page.addInitScript(keepNothing);
		const answers: Response[] = [];
		page.on('response', (answer) => answers.push(answer));
		await page.goto(path);
		await page.getByRole('heading', { name: title, exact: true, level: 1 }).waitFor();
		await whole(page);
		await page.waitForLoadState('networkidle');
		// The browser asks for the picture of the tab once more, whenever it likes.
		const counted = answers.filter(
			(answer, at) => !answer.url().endsWith('/icon.svg') || isFirst(answer, at, answers),
		);
		const sizes = await Promise.all(
			counted.map(async (answer) => (await answer.request().sizes()).responseBodySize),
		);
		const cost = {
			requests: counted.length,
			kib: Math.ceil(sizes.reduce((sum, bytes) => sum + bytes, 0) / 1024),
			elements: await page.locator('*').count(),
		};
		const moved = await visit.moved();
		measured[route] = { ...cost, layout_shift: Math.round(moved * 1000) / 1000 };
		const told = counted.map((answer) => `\n${answer.status()} ${answer.url()}`).join('');
		const budget = BUDGETS[route]!;
		expect.soft(cost.requests, `requests of ${route}:${told}`).toBeLessThanOrEqual(budget.requests);
		expect.soft(cost.kib, `KiB over the network for ${route}`).toBeLessThanOrEqual(budget.kib);
		expect.soft(cost.elements, `elements of ${route}`).toBeLessThanOrEqual(budget.elements);
		expect.soft(moved, `layout shift of ${route}`).toBeLessThanOrEqual(SHIFT);
		await visit.end();
	}
});

test('of ten thousand activities only those in sight are in the document', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await openLongList(page, 'counted@example.org');
	await page.evaluate(() => {
		const seen = globalThis as unknown as { most: number };
		const count = () => {
			seen.most = Math.max(seen.most ?? 0, document.querySelectorAll('[data-row]').length);
			requestAnimationFrame(count);
		};
		count();
	});
	const deepestAt = (top: number) =>
		page.evaluate((to) => {
			scrollTo(0, to);
			const rows = document.querySelectorAll<HTMLElement>('[data-row]');
			return Math.max(...Array.from(rows, (at) => Number(at.dataset.row)));
		}, top);
	// Many small steps as a wheel makes them, then again and again as far as the rows that came reach, and back at once.
	await page.mouse.move(600, 500);
	for (let turn = 0; turn < 60; turn += 1) await page.mouse.wheel(0, 600);
	await expect.poll(() => deepestAt(1e9)).toBeGreaterThan(2_000);
	await expect.poll(() => deepestAt(0)).toBeLessThan(100);
	const most = await page.evaluate(() => (globalThis as unknown as { most: number }).most);
	expect(most, 'rows in the document').toBeGreaterThan(10);
	expect(most, 'rows in the document').toBeLessThan(200);
	await visit.end();
});

test('a slow network shows what is being waited for, and then the page', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signInAsDemo(page);
	const devtools = await page.context().newCDPSession(page);
	await devtools.send('Network.enable');
	await devtools.send('Network.emulateNetworkConditions', {
		offline: false,
		latency: 400,
		downloadThroughput: 50_000,
		uploadThroughput: 20_000,
	});
	// The answers wait until it was seen that they are waited for.
	const seen = gate();
	await page.route('**/v1/analytics/**', async (route) => {
		await seen.opened;
		await route.continue();
	});
	await page.goto('/', { waitUntil: 'commit' });
	await page.locator('[aria-busy="true"]').first().waitFor();
	seen.open();
	await expect.poll(() => page.locator('canvas').count()).toBeGreaterThanOrEqual(3);
	await whole(page);
	expect(await visit.moved()).toBeLessThanOrEqual(SHIFT);
	await visit.end();
});

test('what has a name with a hash is fetched once, and everything is packed', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	const files: Response[] = [];
	page.on('response', (response) => {
		if (new URL(response.url()).pathname.startsWith('/_app/immutable/')) files.push(response);
	});
	await page.goto('/sign-in');
	await whole(page);
	const came = [...files];
	expect(came.length).toBeGreaterThan(3);
	for (const file of came) {
		const { 'cache-control': cache = '', 'content-encoding': coding = '' } = file.headers();
		expect(cache, file.url()).toContain('immutable');
		if ((await file.body()).length > 1000) expect(coding, file.url()).toMatch(/^(br|gzip)$/);
	}
	expect(new Set(came.map((file) => file.url())).size, 'each once').toBe(came.length);
	await visit.end();
});
