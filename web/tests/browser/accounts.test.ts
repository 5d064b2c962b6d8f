// Signing up, out and in again, as a person does it.
import { expect, test } from 'vitest';
import { PASSWORD, signIn, useBrowser, Visit, whole } from './browser';

useBrowser();

test('an account is made, left and come back to', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await page.goto('/activities');
	await page.waitForURL('**/sign-in?next=%2Factivities');
	await page.getByRole('link', { name: 'Make an account' }).click();
	// The page before has a field of the same name.
	await page.getByRole('button', { name: 'Make the account' }).waitFor();
	await page.getByLabel('E-mail').fill('robin@example.org');
	await page.getByLabel('Password').fill(PASSWORD);
	await page.getByRole('button', { name: 'Make the account' }).click();
	await page.getByRole('heading', { name: 'Activities', exact: true }).waitFor();
	await page.getByRole('button', { name: 'Sign out' }).click();
	await page.getByRole('heading', { name: 'Sign in' }).waitFor();
	await page.goto('/');
	await page.getByRole('heading', { name: 'Sign in' }).waitFor();

	await signIn(page, 'robin@example.org', PASSWORD);
	await page.goBack({ waitUntil: 'commit' });
	await whole(page);
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
	await expect.poll(() => page.getByLabel('E-mail').inputValue()).toBe('nobody@example.org');
	await visit.end();
});

test('a finger scrolls the time zones and chooses only what it taps', async () => {
	const visit = await Visit.begin({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
	const { page } = visit;
	await page.goto('/sign-up');
	const field = page.getByRole('combobox', { name: 'Time zone' });
	const before = 'Europe/Amsterdam';
	await expect.poll(() => field.inputValue()).toBe(before);
	await field.tap();
	const list = page.getByRole('listbox');
	await list.getByRole('option', { name: before, selected: true }).waitFor();
	await whole(page);
	const box = await list.boundingBox();
	if (!box) throw new Error('the list has no place');
	const touch = await page.context().newCDPSession(page);
	const x = box.x + 40;
	const from = box.y + box.height - 20;
	await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y: from }] });
	for (let far = 15; far <= 150; far += 15)
		await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x, y: from - far }] });
	await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
	await expect.poll(() => list.evaluate((at) => at.scrollTop)).toBeGreaterThan(0);
	expect(await field.inputValue()).toBe(before);
	await page.getByRole('option', { name: 'Europe/Berlin' }).tap();
	await expect.poll(() => field.inputValue()).toBe('Europe/Berlin');
	await visit.end();
});
