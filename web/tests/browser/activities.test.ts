// The list of activities: what is new is seen, what was looked at is found again, and what cannot be asked is told.
import { expect, test } from 'vitest';
import { signUp, useBrowser, Visit, whole } from './browser';

useBrowser();

async function enter({ page }: Visit, name: string, day: number) {
	const status = await page.evaluate(
		async ([name, day]) => {
			const token = /csrf=([^;]+)/.exec(document.cookie)?.[1] ?? '';
			const start_time = `2026-03-${String(day).padStart(2, '0')}T08:00:00Z`;
			const answer = await fetch('/v1/activities', {
				method: 'POST',
				headers: { 'content-type': 'application/json', 'x-csrf-token': token },
				body: JSON.stringify({ name, sport: 'run', start_time, duration_s: 1800, distance_m: 5000 }),
			});
			return answer.status;
		},
		[name, day] as const,
	);
	expect(status).toBe(201);
}

test('a link leads to what is there now, and back to what was looked at', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'lister@example.org');
	await enter(visit, 'First', 1);
	await page.getByRole('link', { name: 'Activities', exact: true }).click();
	const table = page.getByRole('table', { name: 'Activities' });
	await table.getByRole('link', { name: 'First' }).waitFor();
	await page.getByRole('link', { name: 'Dashboard', exact: true }).click();
	await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
	await enter(visit, 'Second', 2);
	await page.getByRole('link', { name: 'Activities', exact: true }).click();
	await table.getByRole('link', { name: 'Second' }).waitFor();

	let lists = 0;
	page.on('request', (request) => (lists += Number(/\/v1\/activities\?.*limit=100/.test(request.url()))));
	await table.getByRole('link', { name: 'First' }).click();
	await page.getByRole('heading', { name: 'First', level: 1 }).waitFor();
	await page.goBack();
	await table.getByRole('link', { name: 'First' }).waitFor();
	expect(lists, 'lists asked for on the way back').toBe(0);
	await visit.end();
});

test('a filter that cannot be asked is told and left out', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'filterer@example.org');
	await enter(visit, 'Only', 3);
	await page.goto('/activities?min_km=far&from=2026-03-02&to=2026-03-01');
	const told = page.getByRole('alert').filter({ hasText: 'Left out.' });
	await told.waitFor();
	await expect
		.poll(() => told.textContent())
		.toMatch(/“far” is no number.*The last day lies before the first/);
	await expect.poll(() => page.getByLabel('At least').getAttribute('aria-invalid')).toBe('true');
	await page.getByRole('link', { name: 'Only' }).waitFor();
	await page.getByLabel('At least').fill('6');
	await page.keyboard.press('Enter');
	await page.getByText('No activity matches').waitFor();
	await visit.end();
});

test('a long name from right to left leaves the badge of a race in its place, and whole', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'names@example.org');
	await enter(visit, `${String.fromCharCode(0x202e)}gnol ${'very '.repeat(30)}`, 4);
	await page.goto('/activities');
	await page.getByRole('table', { name: 'Activities' }).getByRole('link').click();
	await page.getByRole('button', { name: 'Edit' }).click();
	await page.getByLabel('Race').check();
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByText('Saved.').waitFor();
	await page.goto('/activities');
	const badge = page.getByRole('table', { name: 'Activities' }).getByText('Race', { exact: true });
	await badge.waitFor();
	await whole(page);
	const { name, left, right, cell } = await badge.evaluate((at) => ({
		name: at.previousElementSibling?.getBoundingClientRect().right ?? 0,
		left: at.getBoundingClientRect().left,
		right: at.getBoundingClientRect().right,
		cell: at.parentElement?.getBoundingClientRect().right ?? 0,
	}));
	expect(left, 'behind the name').toBeGreaterThanOrEqual(name);
	expect(right, 'inside its cell').toBeLessThanOrEqual(cell);
	await expect.poll(() => visit.overflow()).toBeLessThanOrEqual(0);
	await visit.end();
});
