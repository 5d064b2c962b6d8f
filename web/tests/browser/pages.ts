// The pages whose costs are held: those of the demo athlete, and a list of 10,000. Never here: what they may cost
// (budgets.test.ts), how long they take (tests/bench).
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { signUp } from './browser';
import { seed } from './seed';

export const ROWS = 10_000;

/** A page as an athlete opens it. */
export interface Place {
	/** As SvelteKit names it. */
	route: string;
	path: string;
	/** Its first heading. */
	title: string;
}

/** The pages of whoever is signed in; the activity is their longest run. */
export async function places(page: Page): Promise<Place[]> {
	const { id, name } = await page.evaluate(async () => {
		const answer = await fetch('/v1/activities?limit=1&page=1&sport=run&sort_by=distance_m');
		return ((await answer.json()) as { items: [{ id: string; name: string }] }).items[0];
	});
	return [
		{ route: '/', path: '/', title: 'Dashboard' },
		{ route: '/activities', path: '/activities', title: 'Activities' },
		{ route: '/activities/deleted', path: '/activities/deleted', title: 'Deleted' },
		{ route: '/activities/[id]', path: `/activities/${id}`, title: name },
		{ route: '/upload', path: '/upload', title: 'Upload' },
		{ route: '/profile', path: '/profile', title: 'Profile' },
	];
}

/** Opens the list of a new account that has 10,000 activities. */
export async function openLongList(page: Page, email: string) {
	await signUp(page, email);
	seed(email, ROWS);
	await page.goto('/activities');
	const table = page.getByRole('table', { name: 'Activities' });
	// With the row of the heads.
	await expect.poll(() => table.getAttribute('aria-rowcount')).toBe(String(ROWS + 1));
}
