// Signing up, out and in again, as a person does it.
import { expect, test } from 'vitest';
import { PASSWORD, signIn, useBrowser, Visit } from './browser';

useBrowser();

test('an account is made, left and come back to', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await page.goto('/activities');
	await page.waitForURL('**/sign-in?next=%2Factivities');
	await page.getByRole('link', { name: 'Make an account' }).click();
	await page.getByLabel('E-mail').fill('robin@example.org');
	await page.getByLabel('Password').fill(PASSWORD);
	await page.getByRole('button', { name: 'Make the account' }).click();
	await page.getByRole('heading', { name: 'Activities', exact: true }).waitFor();
	await page.getByRole('button', { name: 'Sign out' }).click();
	await page.getByRole('heading', { name: 'Sign in' }).waitFor();
	await page.goto('/');
	await page.getByRole('heading', { name: 'Sign in' }).waitFor();

	await signIn(page, 'robin@example.org', PASSWORD);
	await page.goBack();
	await visit.end();
});

test('a wrong password is told beside the form and keeps what was written', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await page.goto('/sign-in');
	await page.getByLabel('E-mail').fill('nobody@example.org');
	await page.getByLabel('Password').fill('not the password');
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect.poll(() => page.getByRole('alert').textContent()).toMatch(/e-mail address or the password/i);
	expect(await page.getByLabel('E-mail').inputValue()).toBe('nobody@example.org');
	await visit.end();
});
