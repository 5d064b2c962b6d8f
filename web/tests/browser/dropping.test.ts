// Files and folders dragged from outside the browser and let go over the page: real files, through Chromium's own drag
// and drop. Never here: what the server makes of them.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signUp, useBrowser, Visit } from './browser';

useBrowser();

const SAMPLES = new URL('../../../app/domain/tests/fixtures/samples/', import.meta.url).pathname;
const TREADMILL = '08_treadmill_12km_polar.fit';

let place: string;
beforeAll(() => {
	place = mkdtempSync(join(tmpdir(), 'paceline-dropped-'));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

test('several files that are dropped are uploaded', async () => {
	const visit = await onUpload('dropped-files@example.org');
	const { page } = visit;
	const loose = join(place, 'notes.txt');
	writeFileSync(loose, 'not a training file');
	const drag = await Drag.over(page, [join(SAMPLES, TREADMILL), loose]);
	await page.getByText('Let go to upload').waitFor();
	await drag.drop();
	const run = page.getByRole('region', { name: 'Done' });
	await run.waitFor();
	// Files that were dropped themselves are judged by what they hold, whatever their names are.
	await run.getByText('1 refused').first().waitFor();
	for (const name of [TREADMILL, 'notes.txt']) await expect.poll(() => run.textContent()).toContain(name);
	await expect.poll(() => activities(page)).toBe(1);
	await expect.poll(() => page.getByText('Drop files, folders or a whole export').count()).toBe(1);
	await visit.end();
});

test('a folder that is dropped is walked to its depth, and what is no training is passed over', async () => {
	const visit = await onUpload('dropped-folder@example.org');
	const { page } = visit;
	const folder = join(place, 'my training');
	mkdirSync(join(folder, '2024', 'autumn'), { recursive: true });
	mkdirSync(join(folder, '.hidden'));
	cpSync(join(SAMPLES, TREADMILL), join(folder, 'belt.fit'));
	const deep = gpx();
	writeFileSync(join(folder, '2024', 'autumn', 'canals.gpx'), deep);
	writeFileSync(join(folder, '.hidden', 'copy.gpx'), deep);
	writeFileSync(join(folder, 'readme.txt'), 'not a training file');
	const drag = await Drag.over(page, [folder]);
	await page.getByText('Let go to upload').waitFor();
	await drag.drop();
	const run = page.getByRole('region', { name: 'Done' });
	await run.waitFor();
	await run.getByText('All 2').waitFor();
	const told = () => page.getByRole('main').textContent();
	for (const name of ['belt.fit', 'canals.gpx']) await expect.poll(told).toContain(name);
	expect(await told()).not.toContain('copy.gpx');
	await expect
		.poll(() => page.getByRole('status').allTextContents())
		.toContain('1 other file in the folder was left aside.');
	await expect.poll(() => activities(page)).toBe(2);
	await visit.end();
});

async function onUpload(email: string): Promise<Visit> {
	const visit = await Visit.begin();
	await signUp(visit.page, email);
	await visit.page.getByRole('link', { name: 'Upload', exact: true }).click();
	await visit.page.getByRole('region', { name: 'Choose files' }).waitFor();
	// What is under the drop zone stands, so that it keeps its place.
	await visit.page.getByText('No uploads yet').waitFor();
	return visit;
}

/** How many activities the account has. */
function activities(page: Page): Promise<number> {
	return page.evaluate(async () => {
		const answer = await fetch('/v1/activities');
		return ((await answer.json()) as { items: unknown[] }).items.length;
	});
}

/** A drag from outside the browser, held over the middle of the drop zone. */
class Drag {
	private constructor(
		private readonly devtools: CDPSession,
		private readonly held: {
			x: number;
			y: number;
			data: { items: never[]; files: string[]; dragOperationsMask: number };
		},
	) {}

	static async over(page: Page, files: string[]): Promise<Drag> {
		const box = await page.getByRole('region', { name: 'Choose files' }).boundingBox();
		if (!box) throw new Error(`nowhere to drop ${files.map((file) => basename(file)).join(', ')}`);
		const devtools = await page.context().newCDPSession(page);
		const data = { items: [], files, dragOperationsMask: 1 };
		const drag = new Drag(devtools, { x: box.x + box.width / 2, y: box.y + box.height / 2, data });
		await drag.send('dragEnter');
		await drag.send('dragOver');
		return drag;
	}

	drop() {
		return this.send('drop');
	}

	private async send(type: 'dragEnter' | 'dragOver' | 'drop') {
		await this.devtools.send('Input.dispatchDragEvent', { type, ...this.held });
	}
}

/** A minute along a street. */
function gpx(): string {
	const points = Array.from({ length: 61 }, (_, second) => {
		const time = new Date(Date.UTC(2024, 8, 1, 7, 0, second)).toISOString();
		return `<trkpt lat="${52.37 + second * 0.00003}" lon="4.89"><time>${time}</time></trkpt>`;
	});
	return `<?xml version="1.0"?><gpx version="1.1" creator="Test" xmlns="http://www.topografix.com/GPX/1/1"><trk><type>running</type><trkseg>${points.join('')}</trkseg></trk></gpx>`;
}
