// Sessions that end at a bad moment: nothing that a person brought or wrote is lost, and nobody is led to believe that
// they are signed out, or someone else, when they are not.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { PASSWORD, signIn, signInAsDemo, signUp, useBrowser, Visit } from './browser';

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
	await run.waitFor({ timeout: 60_000 });
	expect(requests).toBeGreaterThan(2);
	await visit.end();
});

test('words that are not saved outlive the session', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'writer@example.org');
	await page.getByRole('link', { name: 'Profile', exact: true }).click();
	await page.getByLabel('Name', { exact: true }).fill('Robin the writer');
	await page.context().clearCookies();
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByText('The profile was not saved').waitFor();
	expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Robin the writer');
	await signInBeside(page, 'writer@example.org');
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByText('Profile saved').waitFor();
	// Nothing is left to lose: the end of the session leads to the sign-in again.
	await page.context().clearCookies();
	await page.getByRole('link', { name: 'Activities', exact: true }).click();
	await page.getByText('Your session has ended').waitFor();
	expect(page.url()).toContain('/sign-in?next=%2Factivities&ended=1');
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
