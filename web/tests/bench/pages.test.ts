// How long pages take on a slow processor, and scrolling through 10,000 rows. Each time is the best of eight, begun when the
// processor is free as far as a loop can tell, so that a busy machine is forgiven and a slow page is not. Fails above the
// limits. The last line of its own is what was measured, as JSON.
// Never here: what does not depend on the machine (tests/browser/budgets.test.ts).
import { execFileSync } from 'node:child_process';
import { afterAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { signInAsDemo, useBrowser, Visit, whole } from '../browser/browser';
import { openLongList, places, ROWS } from '../browser/pages';

useBrowser();

const LONG_TASK_MS = 50;
const SHIFT = 0.05;
const INTERACTIVE_MS = 1_000;
/** The processor of a phone of the middle, beside the one that runs the benchmark. */
const SLOWER = 4;
/** What the loop takes on a processor that nobody else wants, and how often it is waited for. */
const LOOP_MS = 60;
const LOOPS = 20;

const measured: {
	javascript_gzip_kib: Record<string, number>;
	interactive_ms: Record<string, number>;
	layout_shift: Record<string, number>;
	longest_task_ms: number | null;
} = { javascript_gzip_kib: {}, interactive_ms: {}, layout_shift: {}, longest_task_ms: null };

afterAll(() => {
	const script = new URL('../../scripts/budget.js', import.meta.url).pathname;
	measured.javascript_gzip_kib = JSON.parse(
		execFileSync(process.execPath, [script, '--json'], { encoding: 'utf8' }),
	);
	console.log(JSON.stringify({ processor_slowed_by: SLOWER, rows: ROWS, ...measured }));
});

/** The least of up to eight measurements, as soon as one is within the limit. */
async function best(limit: number, measure: () => Promise<number>): Promise<number> {
	let least = Infinity;
	for (let turn = 0; turn < 8 && least > limit; turn += 1) least = Math.min(least, await measure());
	return least;
}

/** Returns when a loop in the page takes no longer than undisturbed, or has not for a while. */
function undisturbed(page: Page): Promise<void> {
	return page.evaluate(
		async ([most, turns]) => {
			for (let turn = 0; turn < turns; turn += 1) {
				const begun = performance.now();
				const words = Array.from({ length: 40_000 }, (_, at) => String((at * 7_919) % 40_009));
				if (JSON.stringify(words.sort()).length < words.length) throw new Error('it was left out');
				if (performance.now() - begun <= most) return;
				await new Promise((later) => setTimeout(later, 50));
			}
		},
		[LOOP_MS, LOOPS] as const,
	);
}

test('ten thousand activities scroll without a long task', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await openLongList(page, 'veteran@example.org');
	const longest = await best(LONG_TASK_MS, async () => {
		await page.evaluate(() => {
			const seen = globalThis as unknown as { longest: number };
			seen.longest = 0;
			new PerformanceObserver((list) => {
				for (const entry of list.getEntries()) seen.longest = Math.max(seen.longest, entry.duration);
			}).observe({ type: 'longtask' });
			scrollTo(0, 0);
		});
		await page.mouse.move(600, 500);
		for (let turn = 0; turn < 60; turn += 1) {
			await page.mouse.wheel(0, 600);
			await page.evaluate(() => new Promise(requestAnimationFrame));
		}
		return page.evaluate(() => (globalThis as unknown as { longest: number }).longest);
	});
	measured.longest_task_ms = longest;
	expect(longest, 'the longest task while scrolling, in ms').toBeLessThanOrEqual(LONG_TASK_MS);
	await visit.end();
});

test('every page can be used within a second on a slow processor', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signInAsDemo(page);
	const all = await places(page);
	const devtools = await page.context().newCDPSession(page);
	await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
	for (const { route, path, title } of all) {
		await page.goto(path, { waitUntil: 'networkidle' });
		const took = await best(INTERACTIVE_MS, async () => {
			await undisturbed(page);
			await page.reload({ waitUntil: 'commit' });
			await page.getByRole('link', { name: 'Activities', exact: true }).first().waitFor();
			await page.getByRole('heading', { name: title, exact: true, level: 1 }).waitFor();
			return page.evaluate(() => performance.now());
		});
		await whole(page);
		measured.interactive_ms[route] = Math.round(took);
		measured.layout_shift[route] = Math.round((await visit.moved()) * 1000) / 1000;
		expect.soft(took, `ms from the address to the page ${route}`).toBeLessThanOrEqual(INTERACTIVE_MS);
		expect.soft(measured.layout_shift[route], `layout shift of ${route}`).toBeLessThanOrEqual(SHIFT);
	}
	await visit.end();
});
