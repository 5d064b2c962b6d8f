// A map under the track, where the installation names one: asked for only then, let through by the page's policy, at the
// right place, and missed by nobody when it does not come. On a server of its own, where registration is closed as well.
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DEMO, signIn, signUp, useBrowser, Visit, whole } from './browser';
import { launch, type Running } from './server';
import { serveTiles, type TileServer } from './tile-server';

useBrowser();

const START = { latitude: 52.3731, longitude: 4.8922 };
const ATTRIBUTION = '© The surveyors of the test, surveyors.example/terms';

let tiles: TileServer;
let mapped: Running;
beforeAll(async () => {
	tiles = await serveTiles();
	mapped = await launch({
		PACELINE_WEB__TILES_URL: `${tiles.origin}/{z}/{x}/{y}.png`,
		PACELINE_WEB__TILES_ATTRIBUTION: ATTRIBUTION,
		PACELINE_AUTH__REGISTRATION: 'closed',
		PACELINE_DEMO__SEASON: 'false',
	});
});
afterAll(async () => {
	await mapped?.stop();
	await tiles?.stop();
});
beforeEach(() => {
	tiles.status = 200;
	tiles.asked.length = 0;
});

test('a map that is configured lies under the track, each place on its place', async () => {
	const visit = await onMapped();
	const { page } = visit;
	await openRun(page);
	await page.getByText(ATTRIBUTION).waitFor();
	const drawn = page.locator('.tiles img.there');
	await expect
		.poll(async () => [await page.locator('.tiles img').count(), tiles.asked.length, await drawn.count()])
		.toSatisfy(([wanted, asked, there]: number[]) => wanted! > 0 && wanted === asked && wanted === there);
	expect(tiles.asked.length).toBeLessThanOrEqual(16);
	await whole(page);

	const box = await page.getByRole('img', { name: 'The track, north up' }).boundingBox();
	const places = await drawn.evaluateAll((images) =>
		images.map((image) => {
			const { left, top, width, height } = image.getBoundingClientRect();
			return { path: new URL((image as HTMLImageElement).src).pathname, left, top, width, height };
		}),
	);
	for (const { width } of places) expect(width, 'px, of 256').toBeGreaterThan(180);
	for (const { width } of places) expect(width, 'px, of 256').toBeLessThan(363);
	// The whole drawing lies on tiles.
	const edges = (pick: (place: (typeof places)[number]) => number) => places.map(pick);
	expect(Math.min(...edges(({ left }) => left))).toBeLessThanOrEqual(box!.x + 0.5);
	expect(Math.max(...edges(({ left, width }) => left + width))).toBeGreaterThanOrEqual(
		box!.x + box!.width - 0.5,
	);
	expect(Math.min(...edges(({ top }) => top))).toBeLessThanOrEqual(box!.y + 0.5);
	expect(Math.max(...edges(({ top, height }) => top + height))).toBeGreaterThanOrEqual(
		box!.y + box!.height - 0.5,
	);

	const [, zoom = NaN] = /^\/(\d+)\//.exec(places[0]?.path ?? '')?.map(Number) ?? [];
	const { column, row } = onTiles(START, zoom);
	const under = places.find(({ path }) => path === `/${zoom}/${Math.floor(column)}/${Math.floor(row)}.png`)!;
	const start = await page.locator('circle.start').boundingBox();
	const [x, y] = [under.left + (column % 1) * under.width, under.top + (row % 1) * under.height];
	expect(Math.abs(start!.x + start!.width / 2 - x), 'px beside its place').toBeLessThan(1);
	expect(Math.abs(start!.y + start!.height / 2 - y), 'px beside its place').toBeLessThan(1);
	expect(await visit.moved()).toBeLessThanOrEqual(0.05);
	await visit.end({ allowed: tiles.origin });
});

test.each([
	['a phone', { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true }],
	['the dark', { colorScheme: 'dark' as const }],
])('the map fits %s', async (_, options) => {
	const visit = await onMapped(options);
	await openRun(visit.page);
	await visit.page.getByText(ATTRIBUTION).waitFor();
	await whole(visit.page);
	const [map, whose] = await Promise.all([
		visit.page.locator('.ground').boundingBox(),
		visit.page.getByText(ATTRIBUTION).boundingBox(),
	]);
	expect(whose!.y, 'whose map it is hides nothing of it').toBeGreaterThanOrEqual(map!.y + map!.height);
	await expect.poll(() => visit.overflow()).toBeLessThanOrEqual(0);
	expect(await visit.moved()).toBeLessThanOrEqual(0.05);
	await visit.end({ allowed: tiles.origin });
});

test.each(['refused', 'unreachable'])('tiles that are %s leave the drawing as it is without', async (how) => {
	const visit = await onMapped();
	const { page } = visit;
	let failed = 0;
	page.on('requestfinished', (request) => (failed += Number(request.url().startsWith(tiles.origin))));
	page.on('requestfailed', (request) => (failed += Number(request.url().startsWith(tiles.origin))));
	tiles.status = 503;
	if (how === 'unreachable') await page.route(`${tiles.origin}/**`, (route) => route.abort());
	await openRun(page);
	await expect.poll(() => failed).toBeGreaterThan(3);
	await expect.poll(async () => (await page.locator('.tiles img').count()) === failed).toBe(true);
	expect(await page.locator('.tiles img.there').count()).toBe(0);
	expect(await page.getByText(ATTRIBUTION).count()).toBe(0);
	expect(await page.locator('path.line').first().getAttribute('d')).toMatch(/^M[\d.]+ [\d.]+L/);
	expect(await page.getByRole('alert').allTextContents()).toEqual([]);
	await visit.end({ allowed: tiles.origin });
});

test('where no map is configured none is asked for, and the policy lets none through', async () => {
	const visit = await Visit.begin({ ignoreHTTPSErrors: true });
	const { page } = visit;
	await signUp(page, 'unmapped@example.org');
	await openRun(page);
	await page.getByRole('img', { name: 'The track, north up' }).waitFor();
	await whole(page);
	// Whoever would ask for tiles has had the time to.
	await page.waitForLoadState('networkidle');
	expect(await page.locator('.tiles').count()).toBe(0);
	await visit.end();
	expect(tiles.asked).toEqual([]);
	// The same image is let through by the page of the other server: what differs is the policy.
	expect(await tries(undefined, `${tiles.origin}/0/0/0.png`)).toBe('img-src');
	expect(await tries(mapped.address, `${tiles.origin}/0/0/0.png`)).toBe('shown');
	expect(await tries(mapped.address, 'https://127.0.0.1:9/0/0/0.png'), 'another port').toBe('img-src');
});

test('who may not register is told so before writing anything', async () => {
	const visit = await Visit.begin({ baseURL: mapped.address });
	const { page } = visit;
	await page.goto('/sign-up');
	await page.getByText('Registration is closed.').waitFor();
	expect(await page.getByRole('textbox').count()).toBe(0);
	await page.getByRole('link', { name: 'Sign in' }).click();
	await page.getByRole('heading', { name: 'Sign in' }).waitFor();
	await expect.poll(() => page.getByRole('link', { name: 'Make an account' }).count()).toBe(0);
	// Where that was not known before, the answer to the form says it, to those who do not see it as well.
	await page.route('**/v1/about', (route) => route.abort());
	await page.goto('/sign-up');
	await page.getByLabel('E-mail').fill('late@example.org');
	await page.getByLabel('Password').fill('correct horse battery');
	await page.getByRole('button', { name: 'Make the account' }).click();
	await page.getByRole('heading', { name: 'No new accounts here' }).waitFor();
	await expect
		.poll(() => page.evaluate(() => document.activeElement?.textContent))
		.toBe('No new accounts here');
	await visit.end();
});

async function onMapped(options: BrowserContextOptions = {}): Promise<Visit> {
	const visit = await Visit.begin({ baseURL: mapped.address, ignoreHTTPSErrors: true, ...options });
	await signIn(visit.page, DEMO, mapped.demoPassword);
	return visit;
}

/** Uploads the run, unless it is there, and opens it. */
async function openRun(page: Page) {
	await page.getByRole('link', { name: 'Upload', exact: true }).click();
	await page.getByLabel('Files', { exact: true }).setInputFiles({
		name: 'around-the-canals.gpx',
		mimeType: 'application/gpx+xml',
		buffer: Buffer.from(gpx()),
	});
	await page.getByRole('region', { name: 'Done' }).waitFor();
	const id = await page.evaluate(async () => {
		const answer = await fetch('/v1/activities?limit=100&fields=id,name');
		const { items } = (await answer.json()) as { items: { id: string; name: string }[] };
		return items.find(({ name }) => name === 'Around the canals')?.id;
	});
	await page.goto(`/activities/${id}`);
	await page.getByRole('img', { name: 'The track, north up' }).waitFor();
}

/** Ten minutes around an oval that begins and ends at the start. */
function gpx(): string {
	const points = Array.from({ length: 601 }, (_, second) => {
		const angle = (second / 600) * 2 * Math.PI;
		const latitude = START.latitude + 0.004 * Math.sin(angle);
		const longitude = START.longitude + 0.009 * (1 - Math.cos(angle));
		const time = new Date(Date.UTC(2025, 10, 1, 7, 0, second)).toISOString();
		return `<trkpt lat="${latitude}" lon="${longitude}"><time>${time}</time></trkpt>`;
	});
	const kind = '<name>Around the canals</name><type>running</type>';
	return `<?xml version="1.0"?><gpx version="1.1" creator="Test" xmlns="http://www.topografix.com/GPX/1/1"><trk>${kind}<trkseg>${points.join('')}</trkseg></trk></gpx>`;
}

/** Column and row of a position with their fractions, by the formula of the OpenStreetMap wiki ("Slippy map tilenames"). */
function onTiles({ latitude, longitude }: typeof START, zoom: number) {
	const angle = (latitude * Math.PI) / 180;
	const row = (1 - Math.log(Math.tan(angle) + 1 / Math.cos(angle)) / Math.PI) / 2;
	return { column: ((longitude + 180) / 360) * 2 ** zoom, row: row * 2 ** zoom };
}

/** What becomes of an image in a server's page: shown, or the rule of the policy that refused it. */
async function tries(baseURL: string | undefined, address: string): Promise<string> {
	const { page } = await Visit.begin({ ...(baseURL ? { baseURL } : {}), ignoreHTTPSErrors: true });
	await page.goto('/sign-in');
	const outcome = await page.evaluate(
		(src) =>
			new Promise<string>((resolve) => {
				document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
				const image = new Image();
				image.onload = () => resolve('shown');
				image.src = src;
			}),
		address,
	);
	await page.context().close();
	return outcome;
}
