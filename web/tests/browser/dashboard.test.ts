// The dashboard of the demo athlete: the questions, their answers, and how they hold on a phone, in the dark, without a
// mouse, without a network.
import { expect, test } from 'vitest';
import { signInAsDemo, useBrowser, Visit, whole } from './browser';

useBrowser();

const QUESTIONS = [/efficient/i, /how much|week/i, /load|fit|fresh/i];

test('the dashboard answers its questions in words and with numbers', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signInAsDemo(page);
	for (const question of QUESTIONS) await page.getByRole('heading', { name: question }).first().waitFor();
	await whole(page);
	const text = () => page.getByRole('main').textContent();
	await expect.poll(text).toMatch(/improving|getting more efficient|more efficient/i);
	await expect.poll(text).toMatch(/\d+:\d\d/);
	await expect.poll(() => page.locator('canvas').count()).toBeGreaterThanOrEqual(3);
	await visit.end();
});

test('a plot is read with the keyboard', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signInAsDemo(page);
	const plot = page.getByRole('slider', { name: /efficiency/i });
	await whole(page);
	await plot.focus();
	await page.keyboard.press('Home');
	await expect.poll(() => plot.getAttribute('aria-valuenow')).toBe('0');
	const first = await plot.getAttribute('aria-valuetext');
	expect(first).toMatch(/\d/);
	await page.keyboard.press('ArrowRight');
	await expect.poll(() => plot.getAttribute('aria-valuenow')).toBe('1');
	await expect.poll(() => plot.getAttribute('aria-valuetext')).not.toBe(first);
	await visit.end();
});

test.each([
	['a phone', { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true }],
	['a narrow phone', { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true }],
	['the dark', { colorScheme: 'dark' as const }],
])('the dashboard fits %s', async (_, options) => {
	const visit = await Visit.begin(options);
	await signInAsDemo(visit.page);
	await whole(visit.page);
	await expect.poll(() => visit.overflow()).toBeLessThanOrEqual(0);
	expect(await visit.moved()).toBeLessThanOrEqual(0.05);
	const heading = visit.page.getByRole('heading', { name: 'Dashboard' });
	await expect
		.poll(async () => (await heading.boundingBox())?.y, { message: 'the page begins at its top' })
		.toBeLessThan(160);
	await visit.end();
});

test('a part that fails says so, the others stay, and it can be tried again', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signInAsDemo(page);
	await page.route('**/v1/analytics/**', (route) =>
		route.fulfill({
			status: 503,
			contentType: 'application/problem+json',
			body: JSON.stringify({ type: '/docs/problems#database_busy', title: 'Database busy', status: 503 }),
		}),
	);
	await page.reload();
	const again = page.getByRole('button', { name: /try again/i });
	await again.first().waitFor();
	await page.getByRole('heading', { name: QUESTIONS[1] }).first().waitFor();
	await page.unroute('**/v1/analytics/**');
	await again.first().click();
	await expect.poll(() => again.count()).toBe(0);
	await visit.end();
});

test('without a network the page stays and says so', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signInAsDemo(page);
	await whole(page);
	const plots = await page.locator('canvas').count();
	expect(plots).toBeGreaterThanOrEqual(3);
	await page.context().setOffline(true);
	await page.getByText('Offline.').waitFor();
	expect(await page.locator('canvas').count()).toBe(plots);
	await page.context().setOffline(false);
	await expect.poll(() => page.getByText('Offline.').count()).toBe(0);
	await visit.end();
});
