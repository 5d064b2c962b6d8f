// A newcomer's first hour: sign up, upload a folder of real files, read the report, open the marathon, move the cursor over
// the plots, filter the list, edit and delete and bring back, sign out, come back.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { PASSWORD, signIn, signUp, useBrowser, Visit, whole } from './browser';
import { seed } from './seed';

useBrowser();

const SAMPLES = new URL('../../../app/domain/tests/fixtures/samples/', import.meta.url).pathname;
const MARATHON = '06_marathon_polar_44laps.fit';

function samples(): string[] {
	return readdirSync(SAMPLES, { withFileTypes: true })
		.filter((entry) => entry.isFile() && /\.(fit|tcx|gpx)(\.gz)?$/.test(entry.name))
		.map((entry) => join(SAMPLES, entry.name));
}

/** Chooses files and waits until each has its outcome. */
async function upload(page: Page, files: string[]) {
	await page.getByRole('link', { name: 'Upload', exact: true }).click();
	await page.getByLabel('Files', { exact: true }).setInputFiles(files);
	const run = page.getByRole('region', { name: 'Done' });
	await run.waitFor();
	await run.getByText(`All ${files.length}`).waitFor();
}

test('from nothing to a marathon and back', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'newcomer@example.org');
	await page
		.getByRole('link', { name: /upload/i })
		.first()
		.waitFor();
	const files = samples();
	await upload(page, files);
	await expect.poll(() => page.getByRole('main').textContent()).toMatch(/merged/);

	await page.getByRole('link', { name: 'Activities', exact: true }).click();
	const table = page.getByRole('table', { name: 'Activities' });
	// -1 while it is not known.
	const rows = async () => Number(await table.getAttribute('aria-rowcount'));
	await expect.poll(rows).toBeGreaterThan(10);
	const all = await rows();
	await page.getByLabel('Sport').selectOption('run');
	await expect.poll(rows).toSatisfy((count: number) => count > 1 && count < all);
	await expect.poll(() => page.url()).toContain('sport=run');

	const marathon = await page.evaluate(async () => {
		const answer = await fetch('/v1/activities?sport=run&page=1&limit=1&sort_by=distance_m');
		return ((await answer.json()) as { items: { id: string; name: string }[] }).items[0];
	});
	await page.goto(`/activities/${marathon?.id}`);
	await page.getByRole('heading', { name: marathon?.name, level: 1 }).waitFor();
	await expect.poll(() => page.getByRole('region', { name: 'Key figures' }).textContent()).toMatch(/43\.11/);
	const plot = page.getByRole('slider').first();
	await plot.waitFor();
	// A plot that is not drawn hears no mouse.
	await whole(page);
	await plot.scrollIntoViewIfNeeded();
	const before = await plot.getAttribute('aria-valuetext');
	const box = await plot.boundingBox();
	if (!box) throw new Error('the plot has no place');
	await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
	await expect.poll(() => plot.getAttribute('aria-valuetext')).not.toBe(before);
	const places = () =>
		page
			.getByRole('slider')
			.evaluateAll((plots) => new Set(plots.map((at) => at.getAttribute('aria-valuenow'))).size);
	await expect.poll(places, { message: 'one cursor for all plots' }).toBe(1);
	await page
		.getByRole('radio', { name: 'Lap' })
		.or(page.getByRole('button', { name: /laps/i }))
		.first()
		.click();
	const download = page.waitForEvent('download');
	await page.getByRole('button', { name: `Download ${MARATHON}` }).click();
	expect((await download).suggestedFilename()).toBe(MARATHON);

	await page.getByRole('button', { name: 'Sign out' }).click();
	await page.getByRole('heading', { name: 'Sign in' }).waitFor();
	await signIn(page, 'newcomer@example.org', PASSWORD);
	await visit.end();
});

test('an activity is named anew, deleted and brought back', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'editor@example.org');
	await upload(page, [join(SAMPLES, '08_treadmill_12km_polar.fit')]);
	await page.getByRole('link', { name: 'Activities', exact: true }).click();
	await page.getByRole('table', { name: 'Activities' }).getByRole('link').first().click();
	await page.getByRole('button', { name: 'Edit' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel(/title|name/i).fill('Belt, rain outside');
	await dialog.getByRole('button', { name: 'Save' }).click();
	await page.getByRole('heading', { name: 'Belt, rain outside', level: 1 }).waitFor();
	await page.getByRole('button', { name: 'Delete' }).first().click();
	await page
		.getByRole('button', { name: /bring back|undo/i })
		.first()
		.click();
	await expect
		.poll(() =>
			page.evaluate(async () => (await (await fetch('/v1/activities')).json()).items.length as number),
		)
		.toBe(1);
	await visit.end();
});

test('what was deleted is found again later, and restored', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'regret@example.org');
	const [first, second] = await page.evaluate(async () => {
		const csrf = /(?:^|;\s*)(?:__Host-)?csrf=([^;]+)/.exec(document.cookie)?.[1] ?? '';
		const send = (path: string, method: string, body?: unknown) =>
			fetch(path, {
				method,
				headers: { 'content-type': 'application/json', 'x-csrf-token': csrf },
				body: body ? JSON.stringify(body) : undefined,
			});
		const made: string[] = [];
		for (const name of ['Hill repeats', 'Round the lake']) {
			const start_time = `2026-03-0${made.length + 1}T06:30:00+01:00`;
			const entry = { name, start_time, sport: 'run', duration_s: 3000, distance_m: 10_000 };
			const { id } = (await (await send('/v1/activities', 'POST', entry)).json()) as { id: string };
			await send(`/v1/activities/${id}`, 'DELETE');
			made.push(id);
		}
		// The second one came in again: it cannot be restored beside itself.
		const again = { name: 'Again', start_time: '2026-03-02T06:30:00+01:00', sport: 'run' };
		await send('/v1/activities', 'POST', { ...again, duration_s: 3000, distance_m: 10_000 });
		return made;
	});
	expect(first && second).toBeTruthy();
	await page.getByRole('link', { name: 'Activities', exact: true }).click();
	await page.getByRole('link', { name: 'Deleted activities' }).click();
	const list = page.getByRole('region', { name: 'Can be restored' });
	await expect.poll(() => list.getByRole('listitem').count()).toBe(2);
	const until = await page.evaluate(async () => {
		const { items } = await (await fetch('/v1/activities/deleted')).json();
		const options = {
			timeZone: 'Europe/Amsterdam',
			day: 'numeric',
			month: 'short',
			year: 'numeric',
		} as const;
		return new Date(items[0].restorable_until).toLocaleDateString('en-GB', options);
	});
	await expect.poll(() => list.getByRole('listitem').first().textContent()).toContain(until);

	await list.getByRole('button', { name: 'Restore Round the lake' }).click();
	await list
		.getByRole('alert')
		.getByText(/same session/)
		.waitFor();
	await list.getByRole('button', { name: 'Restore Hill repeats' }).click();
	await expect.poll(() => list.getByRole('listitem').count()).toBe(1);
	await page.getByRole('button', { name: 'Open' }).click();
	await page.getByRole('heading', { name: 'Hill repeats', level: 1 }).waitFor();
	await page.getByRole('link', { name: 'Activities' }).last().click();
	await expect
		.poll(() => page.getByRole('table', { name: 'Activities' }).getAttribute('aria-rowcount'))
		// Two, and the row of the heads.
		.toBe('3');
	await visit.end();
});

/** Has everything of whoever is signed in deleted. */
const deleteAll = (page: Page) =>
	page.evaluate(async () => {
		const csrf = /(?:^|;\s*)(?:__Host-)?csrf=([^;]+)/.exec(document.cookie)?.[1] ?? '';
		const { items } = (await (await fetch('/v1/activities?limit=100')).json()) as { items: { id: string }[] };
		for (const { id } of items)
			await fetch(`/v1/activities/${id}`, { method: 'DELETE', headers: { 'x-csrf-token': csrf } });
	});

test('of what was deleted each page is found, also when all that is shown was restored', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'many-regrets@example.org');
	seed('many-regrets@example.org', 55);
	await deleteAll(page);
	await page.goto('/activities/deleted');
	const list = page.getByRole('region', { name: 'Can be restored' });
	await expect.poll(() => list.getByRole('listitem').count()).toBe(50);
	await page.getByRole('button', { name: 'Show older ones' }).click();
	await expect.poll(() => list.getByRole('listitem').count()).toBe(55);
	await list.getByText('5 more, and that is all.').waitFor();
	await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('deleted');

	await page.reload();
	await expect.poll(() => list.getByRole('listitem').count()).toBe(50);
	const names = () => list.getByRole('listitem').locator('.name').allTextContents();
	const shown = await names();
	await list
		.getByRole('button', { name: /^Restore/ })
		.evaluateAll((buttons) => buttons.forEach((button) => (button as HTMLElement).click()));
	// On the way down five of the fifty are left for a moment: it is the older five that are waited for.
	await expect.poll(async () => (await names()).filter((name) => !shown.includes(name))).toHaveLength(5);
	await expect.poll(names).toHaveLength(5);

	// Another tab was first.
	const name = await list.getByRole('listitem').first().locator('.name').textContent();
	await page.evaluate(async () => {
		const csrf = /(?:^|;\s*)(?:__Host-)?csrf=([^;]+)/.exec(document.cookie)?.[1] ?? '';
		const { items } = (await (await fetch('/v1/activities/deleted')).json()) as { items: { id: string }[] };
		const path = `/v1/activities/${items[0]?.id}/restore`;
		await fetch(path, { method: 'POST', headers: { 'x-csrf-token': csrf } });
	});
	await list.getByRole('button', { name: `Restore ${name}`, exact: true }).click();
	await page.getByText('is not deleted any more').waitFor();
	await expect.poll(() => list.getByRole('listitem').count()).toBe(4);
	await visit.end();
});

test('who deletes, goes back and takes it back stands before the activity again', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'undoer@example.org');
	seed('undoer@example.org', 1);
	await page.goto('/activities');
	await page.getByRole('link', { name: 'Number 1' }).click();
	await page.getByRole('button', { name: 'Delete' }).click();
	await page.waitForURL('**/activities');
	await page.goBack();
	await page.getByRole('heading', { name: 'No such activity' }).waitFor();
	await expect
		.poll(() => page.getByRole('link', { name: 'Deleted activities' }).getAttribute('href'))
		.toBe('/activities/deleted');
	await page.getByRole('button', { name: 'Undo' }).click();
	await page.getByRole('heading', { name: 'Number 1', level: 1 }).waitFor();
	await visit.end();
});

test('the keyboard alone is enough', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await page.goto('/sign-up');
	await page.getByLabel('E-mail').focus();
	await page.keyboard.type('keys@example.org');
	await page.keyboard.press('Tab');
	await page.keyboard.type(PASSWORD);
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
	await page.reload();
	await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
	await whole(page);
	await page.keyboard.press('Tab');
	await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('To the content');
	const reached: string[] = [];
	for (let presses = 0; presses < 12; presses += 1) {
		await page.keyboard.press('Tab');
		reached.push(await page.evaluate(() => document.activeElement?.textContent?.trim() ?? ''));
	}
	for (const place of ['Dashboard', 'Activities', 'Upload', 'Profile']) expect(reached).toContain(place);
	await visit.end();
});

test('a file that cannot be read is told with its reason, beside one that can', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'mixed@example.org');
	await page.getByRole('link', { name: 'Upload', exact: true }).click();
	await page.getByLabel('Files', { exact: true }).setInputFiles([
		{
			name: 'nonsense.fit',
			mimeType: 'application/octet-stream',
			buffer: Buffer.from('not a training file'),
		},
		{ name: 'empty.gpx', mimeType: 'application/gpx+xml', buffer: Buffer.from('<gpx></gpx>') },
	]);
	await expect.poll(() => page.getByRole('main').textContent()).toMatch(/2 refused/);
	await expect.poll(() => page.getByRole('main').textContent()).toMatch(/nonsense\.fit/);
	await visit.end();
});
