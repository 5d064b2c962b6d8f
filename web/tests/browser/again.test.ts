// A file on which the server failed: its line has a button that has it tried again alone, and says what became of it.
import { expect, test } from 'vitest';
import { signUp, useBrowser, Visit } from './browser';

useBrowser();

test('a file that the server failed on is tried again alone, and its page follows it', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'again@example.org');
	const id = await page.evaluate(async () => {
		const csrf = /(?:^|;\s*)(?:__Host-)?csrf=([^;]+)/.exec(document.cookie)?.[1] ?? '';
		const form = new FormData();
		for (const name of ['bad.gpx', 'failed.gpx']) form.append('file', new Blob(['no training']), name);
		const headers = { 'x-csrf-token': csrf };
		const answer = await fetch('/v1/uploads', { method: 'POST', headers, body: form });
		return ((await answer.json()) as { id: string }).id;
	});
	let asked = 0;
	const failed = {
		reason: 'importer_failed',
		message: 'refused because the importer failed on it',
		can_retry: true,
	};
	const done = { outcome: 'duplicate', reason: null, message: 'duplicate of Morning run', can_retry: false };
	await page.route(`**/v1/uploads/${id}`, async (route) => {
		const answer = await route.fetch();
		const report = await answer.json();
		Object.assign(report.files.items[1], asked === 0 ? failed : done);
		// While the server reads it again.
		if (asked === 1)
			Object.assign(report, { status: 'processing', progress: { ...report.progress, pending: 1 } });
		if (asked > 0) asked++;
		return route.fulfill({ json: report });
	});
	await page.route(`**/v1/uploads/${id}/files/2/retry`, async (route) => {
		expect(route.request().method()).toBe('POST');
		asked++;
		const line = { position: 2, file_name: 'failed.gpx', size_bytes: 11, warnings: [], ...failed };
		return route.fulfill({
			status: 202,
			json: { ...line, outcome: 'pending', can_retry: false, message: null },
		});
	});
	await page.goto(`/upload/${id}`);
	await expect.poll(() => page.getByRole('button', { name: /Try again/ }).count()).toBe(1);
	await page.getByRole('button', { name: /^Try again.*failed\.gpx$/ }).click();
	await page.getByText('1 of 2 files read').waitFor();
	await page.getByRole('progressbar', { name: 'Files read' }).waitFor();
	await page.getByText('Duplicate of Morning run').waitFor();
	await page.getByText('Finished.').waitFor();
	expect(await page.getByRole('button', { name: /Try again/ }).count()).toBe(0);
	await visit.end();
});
