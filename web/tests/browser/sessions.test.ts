// Sessions that end at a bad moment: nothing that a person brought or wrote is lost, and nobody is led to believe that
// they are signed out, or someone else, when they are not.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { gate, PASSWORD, signIn, signInAsDemo, signUp, useBrowser, Visit } from './browser';

useBrowser();

const SAMPLES = new URL('../../../app/domain/tests/fixtures/samples/', import.meta.url).pathname;

/** Signs in again beside the page, as it tells one to. */
async function signInBeside(page: Page, email: string) {
	const beside = await page.context().newPage();
	await signIn(beside, email, PASSWORD);
	await beside.close();
}

test('files that are not sent outlive the session', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'carrier@example.org');
	await page.getByRole('link', { name: 'Upload', exact: true }).click();
	const files = readdirSync(SAMPLES)
		.filter((name) => /\.(fit|tcx|gpx)(\.gz)?$/.test(name))
		.map((name) => join(SAMPLES, name));
	let requests = 0;
	await page.route('**/v1/uploads', async (route) => {
		if (route.request().method() === 'POST' && ++requests === 2) await page.context().clearCookies();
		await route.continue();
	});
	await page.getByLabel('Files', { exact: true }).setInputFiles([...files, ...files]);
	await page.getByText('Your session has ended.', { exact: false }).first().waitFor();
	// Asking for the report of what was sent meets the end of the session, too.
	await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
	expect(new URL(page.url()).pathname).toBe('/upload');
	await signInBeside(page, 'carrier@example.org');
	await page.getByRole('button', { name: /^Send \d+ files/ }).click();
	const run = page.getByRole('region', { name: 'Done' });
	await run.waitFor();
	expect(requests).toBeGreaterThan(2);
	await visit.end();
});

/** How many uploads whoever is signed in has. */
const uploadsOf = (page: Page) =>
	page.evaluate(async () => {
		const answer = await fetch('/v1/uploads?limit=100');
		return ((await answer.json()) as { items: unknown[] }).items.length;
	});

test.for(['told by the other tab', 'told by the server alone'])(
	'files of one athlete never reach another, %s',
	async (how) => {
		const visit = await Visit.begin();
		const { page } = visit;
		const at = `${how === 'told by the other tab' ? 'told' : 'untold'}.example.org`;
		await signUp(page, `robin@${at}`);
		await page.getByRole('button', { name: 'Sign out' }).click();
		await page.getByRole('heading', { name: 'Sign in' }).waitFor();
		if (how === 'told by the server alone')
			await page.addInitScript(() =>
				addEventListener('storage', (event) => event.stopImmediatePropagation(), true),
			);
		await signUp(page, `casey@${at}`);
		await page.getByRole('link', { name: 'Upload', exact: true }).click();
		const other = await page.context().newPage();
		await other.goto('/profile');
		await other.getByRole('heading', { name: 'Profile', level: 1 }).waitFor();
		const held = gate();
		await page.route('**/v1/uploads', async (route) => {
			if (route.request().method() === 'POST') await held.opened;
			// The page may have given it up.
			await route.continue().catch(() => undefined);
		});
		const files = readdirSync(SAMPLES)
			.filter((name) => /\.(fit|tcx|gpx)(\.gz)?$/.test(name))
			.map((name) => join(SAMPLES, name));
		await page.getByLabel('Files', { exact: true }).setInputFiles([...files, ...files]);
		await page.getByRole('heading', { name: /^Sending/ }).waitFor();
		await other.getByRole('button', { name: 'Sign out here' }).click();
		await other.getByRole('heading', { name: 'Sign in' }).waitFor();
		await signIn(other, `robin@${at}`, PASSWORD);
		held.open();
		await page.getByRole('heading', { name: 'Someone else is signed in now' }).waitFor();
		await page.getByText('robin', { exact: false }).waitFor();
		// At once, and not some time after: one look.
		expect(await page.locator('body').innerText()).not.toContain('casey');
		// Whoever does not leave finds nothing more, and sends nothing more.
		let asked = 0;
		page.on('dialog', (dialog) => {
			asked++;
			void dialog.dismiss();
		});
		await page.getByRole('button', { name: 'Give it up' }).click();
		await expect.poll(() => asked).toBe(1);
		await page.getByRole('heading', { name: 'Someone else is signed in now' }).waitFor();
		expect(await uploadsOf(other)).toBe(0);
		if (how === 'told by the other tab') {
			await other.getByRole('button', { name: 'Sign out' }).click();
			await page.getByRole('heading', { name: 'Signed out in another tab' }).waitFor();
			// The tab that signed out is on its way there itself; a second visit in its midst may never end.
			await other.getByRole('heading', { name: 'Sign in' }).waitFor();
			await signIn(other, `casey@${at}`, PASSWORD);
			await page.getByRole('button', { name: /^Send \d+ files/ }).click();
			await page.getByRole('region', { name: 'Done' }).waitFor();
			await expect.poll(() => uploadsOf(other)).toBeGreaterThan(1);
		}
		await visit.end();
	},
);

test('words that are not saved outlive the session', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'writer@example.org');
	await page.getByRole('link', { name: 'Profile', exact: true }).click();
	await page.getByLabel('Name', { exact: true }).fill('Robin the writer');
	await page.context().clearCookies();
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByText('The profile was not saved').waitFor();
	await expect.poll(() => page.getByLabel('Name', { exact: true }).inputValue()).toBe('Robin the writer');
	await signInBeside(page, 'writer@example.org');
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByText('Profile saved').waitFor();
	// Nothing is left to lose: the end of the session leads to the sign-in again.
	await page.context().clearCookies();
	await page.getByRole('link', { name: 'Activities', exact: true }).click();
	await page.getByText('Sign in to go on where you were').waitFor();
	await expect.poll(() => page.url()).toContain('/sign-in?next=%2Factivities&ended=1');
	await visit.end();
});

test('a sign-out that nobody answered is told as what it is', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'leaver@example.org');
	await page.route('**/v1/auth/logout', (route) => route.abort('connectionfailed'));
	await page.getByRole('button', { name: 'Sign out' }).click();
	await page.getByText('You are still signed in.', { exact: false }).waitFor();
	await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
	await page.unroute('**/v1/auth/logout');
	await page.getByRole('button', { name: 'Sign out' }).click();
	await page.getByRole('heading', { name: 'Sign in' }).waitFor();
	await visit.end();
});

test('two tabs never show two athletes', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'second@example.org');
	await page.getByRole('button', { name: 'Sign out' }).click();
	await page.getByRole('heading', { name: 'Sign in' }).waitFor();
	await signInAsDemo(page);
	await page.getByText('Demo athlete').waitFor();
	const other = await page.context().newPage();
	await other.goto('/profile');
	await other.getByRole('button', { name: 'Sign out here' }).click();
	await other.getByRole('heading', { name: 'Sign in' }).waitFor();
	await page.getByRole('heading', { name: 'Sign in' }).waitFor();
	await signIn(other, 'second@example.org', PASSWORD);
	await page.goto('/');
	await page.getByText('second', { exact: true }).waitFor();
	await visit.end();
});
