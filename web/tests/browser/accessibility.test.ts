// axe on every page, light and dark: no finding that is serious or critical.
import axe from 'axe-core';
import { expect, test } from 'vitest';
import { fits, signInAsDemo, twiceTheSize, useBrowser, Visit, whole } from './browser';

useBrowser();

test.each(['light', 'dark'] as const)('no page has a serious finding in the %s', async (colorScheme) => {
	const visit = await Visit.begin({ colorScheme });
	const { page } = visit;
	await page.goto('/sign-in');
	await page.getByRole('link', { name: 'Make an account' }).waitFor();
	await whole(page);
	expect(await findings(visit), 'sign-in').toEqual([]);
	await signInAsDemo(page);
	const newest = await page.evaluate(async () => {
		const answer = await fetch('/v1/activities?limit=1&sport=run');
		return ((await answer.json()) as { items: { id: string }[] }).items[0]?.id;
	});
	for (const path of [
		'/',
		'/activities',
		'/activities/deleted',
		`/activities/${newest}`,
		'/upload',
		'/profile',
		'/no-such-page',
	]) {
		await page.goto(path);
		await whole(page);
		expect(await findings(visit), path).toEqual([]);
	}
	await visit.end();
});

test.each([1280, 390])('text of twice the size fits %i px', async (width) => {
	const visit = await Visit.begin({ viewport: { width, height: 900 } });
	const { page } = visit;
	await signInAsDemo(page);
	const newest = await page.evaluate(async () => {
		const answer = await fetch('/v1/activities?limit=1&sport=run');
		return ((await answer.json()) as { items: { id: string }[] }).items[0]?.id;
	});
	const upload = await page.evaluate(async () => {
		const answer = await fetch('/v1/uploads?limit=1');
		return ((await answer.json()) as { items: { id: string }[] }).items[0]?.id;
	});
	await twiceTheSize(page);
	for (const path of [
		'/',
		'/activities',
		'/activities/deleted',
		`/activities/${newest}`,
		'/upload',
		`/upload/${upload}`,
		'/profile',
	]) {
		await page.goto(path);
		await whole(page);
		await fits(visit, path);
	}
	await visit.end();
});

async function findings({ page }: Visit): Promise<string[]> {
	// Beside the page's own policy: the page itself may load nothing but its own files.
	await page.evaluate(`${axe.source}; undefined`);
	return page.evaluate(async () => {
		const { violations } = await (
			globalThis as unknown as {
				axe: {
					run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
				};
			}
		).axe.run();
		return violations
			.filter(({ impact }) => impact === 'serious' || impact === 'critical')
			.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
	});
}
