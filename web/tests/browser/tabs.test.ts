// Tabs that come back: from the background, where they missed what the others said, and from where the browser keeps pages
// for the way back. Never here: what happens while every tab hears the others (sessions.test.ts).
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { launchLasting, PASSWORD, signIn, signUp, useBrowser, Visit } from './browser';

useBrowser();

/** Nothing that another tab says reaches this one. */
const deafen = (page: Page) =>
	page.addInitScript(() => addEventListener('storage', (event) => event.stopImmediatePropagation(), true));

/**
 * The tab is looked at until it shows what it learns then; here no tab is ever out of sight. What the other tab has noted
 * may take a moment from one process of the browser to the next, and the page may be on its way to begin anew.
 */
async function lookUntil(page: Page, sight: Locator) {
	const look = () => void document.dispatchEvent(new Event('visibilitychange'));
	await expect
		.poll(async () => {
			await page.evaluate(look).catch(() => undefined);
			return sight.isVisible();
		})
		.toBe(true);
}

/** Has two accounts, of which the second is signed in. */
async function twoAccounts(page: Page, first: string, second: string) {
	await signUp(page, first);
	await page.context().clearCookies();
	await signUp(page, second);
}

test('a page that comes back after its athlete left and returned is drawn again', async () => {
	const lasting = await launchLasting();
	const page = lasting.pages()[0] ?? (await lasting.newPage());
	await signUp(page, 'boomerang@example.org');
	await page.getByRole('link', { name: 'Activities', exact: true }).click();
	await page.getByText('No activities yet').waitFor();
	await page.evaluate(() =>
		addEventListener('pageshow', ({ persisted }) => (document.title = `${persisted}`)),
	);
	await page.getByRole('button', { name: 'Sign out' }).click();
	await page.getByRole('heading', { name: 'Sign in' }).waitFor();
	await page.getByLabel('E-mail').fill('boomerang@example.org');
	await page.getByLabel('Password').fill(PASSWORD);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
	await page.goBack({ waitUntil: 'commit' });
	await page.getByText('No activities yet').waitFor();
	await lasting.close();
});

test('a tab that missed who signed in learns it when it is looked at', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await deafen(page);
	await twoAccounts(page, 'deaf-other@example.org', 'deaf-own@example.org');
	await page.getByText('deaf-own', { exact: true }).waitFor();
	const other = await page.context().newPage();
	await signIn(other, 'deaf-other@example.org', PASSWORD);
	await lookUntil(page, page.getByText('deaf-other', { exact: true }));

	// What is not saved waits for its athlete, whom the tab hears of as little.
	await page.getByRole('link', { name: 'Profile', exact: true }).click();
	await page.getByLabel('Name', { exact: true }).fill('Robin the writer');
	await signIn(other, 'deaf-own@example.org', PASSWORD);
	await lookUntil(page, page.getByRole('heading', { name: 'Someone else is signed in now' }));
	await signIn(other, 'deaf-other@example.org', PASSWORD);
	await lookUntil(page, page.getByLabel('Name', { exact: true }));
	await expect.poll(() => page.getByLabel('Name', { exact: true }).inputValue()).toBe('Robin the writer');
	await visit.end();
});

test('an answer from the time between two athletes, which comes late, ends nothing', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'late-answer@example.org');
	await page.getByRole('link', { name: 'Profile', exact: true }).click();
	await page.getByLabel('Name', { exact: true }).fill('Robin the writer');
	await page.route('**/v1/athletes/me', (route) =>
		route.request().method() === 'PATCH'
			? route.fulfill({
					status: 409,
					json: { code: 'another_account', title: 'Another account', status: 409 },
				})
			: route.continue(),
	);
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByText('The profile was not saved').waitFor();
	expect(await page.getByRole('heading', { name: 'Someone else is signed in now' }).count()).toBe(0);
	await page.unroute('**/v1/athletes/me');
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByText('Profile saved').waitFor();
	await visit.end();
});
