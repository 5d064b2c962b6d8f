// Answers that do not come, come late, or come from somebody else than the server: what the page says, and that it goes on
// by itself. Never here: what is kept on the device (offline.test.ts).
import { expect, test } from 'vitest';
import { gate, signUp, useBrowser, Visit, whole } from './browser';

useBrowser();

test('a server that takes longer than the pauses between two tries is heard', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'patient@example.org');
	let [away, asked] = [true, 0];
	await page.route('**/v1/athletes/me', async (route) => {
		if (away) return route.abort();
		asked++;
		await new Promise((done) => setTimeout(done, 12_000));
		await route.continue().catch(() => undefined);
	});
	await page.goto('/');
	await page.getByRole('heading', { name: 'Paceline cannot be reached' }).waitFor();
	away = false;
	await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
	expect(asked, 'times that it was asked while it took its time').toBe(1);
	await visit.end();
});

test('what did not load is tried again while the network never went', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'hopeful@example.org');
	await page.route('**/v1/activities?*', (route) => route.abort());
	await page.goto('/activities');
	await page.getByText('This is tried again by itself.').waitFor();
	await page.unroute('**/v1/activities?*');
	await page.getByText('No activities yet').waitFor();
	await visit.end();
});

test('a report is followed over a silence', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'follower@example.org');
	const id = await page.evaluate(async () => {
		const csrf = /(?:^|;\s*)(?:__Host-)?csrf=([^;]+)/.exec(document.cookie)?.[1] ?? '';
		const form = new FormData();
		form.append('file', new Blob(['no training']), 'notes.gpx');
		const answer = await fetch('/v1/uploads', {
			method: 'POST',
			headers: { 'x-csrf-token': csrf },
			body: form,
		});
		return ((await answer.json()) as { id: string }).id;
	});
	let times = 0;
	// Each answer waits until what the one before it made of the page was seen.
	const [followed, told] = [gate(), gate()];
	await page.route(`**/v1/uploads/${id}`, async (route) => {
		times++;
		if (times === 2) {
			await followed.opened;
			return route.abort();
		}
		if (times > 2) {
			await told.opened;
			return route.continue();
		}
		const answer = await route.fetch();
		return route.fulfill({ json: { ...(await answer.json()), status: 'processing' } });
	});
	await page.goto(`/upload/${id}`);
	await page.getByText('This page follows.').waitFor();
	followed.open();
	await page.getByText('The report did not load further').waitFor();
	told.open();
	await page.getByText('Finished.').waitFor();
	await expect.poll(() => page.getByText('The report did not load further').count()).toBe(0);
	await visit.end();
});

test.each([
	['/upload/%E0%A4%A', 'There is nothing at this address'],
	['/upload/..%2Factivities', 'No such upload'],
	['/activities/..%2Fathletes%2Fme', 'No such activity'],
])('%s is told in words', async (path, words) => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, `cut${words.length}${path.length}@example.org`);
	await page.goto(path);
	await page.getByText(words).waitFor();
	await visit.end();
});

test.each([
	['the application', '**/_app/immutable/entry/app*', 'If this stays, its files did not come.'],
	['the frame of each page', /\/nodes\/[01]\./, 'Paceline did not load'],
])('a first visit to which %s does not come is told so', async (_, files, words) => {
	const visit = await Visit.begin();
	const { page } = visit;
	await page.route(files, (route) => route.abort());
	await page.goto('/sign-in');
	await page.getByText(words).waitFor();
	await page.unroute(files);
	await page.getByRole('link', { name: 'Try again' }).click();
	await page.getByRole('heading', { name: 'Sign in' }).waitFor();
	await expect.poll(() => page.getByText('Paceline is loading').count()).toBe(0);
	await whole(page);
	expect(await visit.moved()).toBeLessThanOrEqual(0.05);
	await page.context().close();
});

test('the form for an account does not wait for ever to be told whether there is one', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await page.route('**/v1/about', () => undefined);
	await page.goto('/sign-up');
	// Ten times the page's own patience.
	await page.getByLabel('E-mail').waitFor({ timeout: 20_000 });
	await visit.end();
});

test('an upload that is stopped while the session is renewed sends nothing, until more is brought', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'stopper@example.org');
	await page.getByRole('link', { name: 'Upload', exact: true }).click();
	let [requests, renewals] = [0, 0];
	const held = gate();
	await page.route('**/v1/auth/refresh', async (route) => {
		renewals++;
		await held.opened;
		await route.continue();
	});
	await page.route('**/v1/uploads', (route) => {
		if (route.request().method() !== 'POST' || ++requests > 1) return route.continue();
		return route.fulfill({ status: 401, json: { code: 'token_expired', title: 'Expired', status: 401 } });
	});
	const files = page.locator('input[aria-label="Files"]');
	const notes = (name: string) => ({ name, mimeType: '', buffer: Buffer.from('no training') });
	await files.setInputFiles(notes('first.gpx'));
	await expect.poll(() => renewals).toBe(1);
	await page.getByRole('button', { name: 'Stop' }).click();
	await files.setInputFiles(notes('second.gpx'));
	await page.getByText('second.gpx').waitFor();
	held.open();
	const run = page.getByRole('region', { name: 'Done' });
	await run.getByText('2 refused').first().waitFor();
	expect(requests, 'one that was refused, and one for both').toBe(2);
	await visit.end();
});
