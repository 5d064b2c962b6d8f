// That an athlete whose profile has changed sees how far their numbers are. Never here: the form itself (journey.test.ts).
import type { Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import { signUp, useBrowser, Visit, whole } from './browser';
import { sql } from './seed';

useBrowser();
afterAll(resume);

/** Nobody begins one until it is let. */
function pause() {
	sql(`insert into mainstay.job_queue (name, paused_at) values ('recompute', now())
		on conflict (name) do update set paused_at = now()`);
}

function resume() {
	sql("update mainstay.job_queue set paused_at = null where name = 'recompute'");
}

/** As if somebody had begun the job that waits, and had come so far. */
function begun(email: string, part: number, words: string) {
	const own = `(select job.id from mainstay.job join athlete on athlete.id = job.owner where email = '${email}')`;
	sql(`insert into mainstay.job_worker (id, host, pid, ttl_ms, queues, kinds, slots)
			overriding system value values (0, 'elsewhere', 7, 86400000, '{tests}', '{tests.told}', 2)
			on conflict (id) do nothing;
		with gone as (delete from mainstay.job_ready where id in ${own} returning *)
		insert into mainstay.job_running (id, nth, worker, queue, priority, kind, attempts, crashes, attempts_most)
			select id, nth, 0, queue, priority, kind, 1, 0, attempts_most from gone;
		update mainstay.job_running set progress = ${part}, progress_message = '${words}' where id in ${own}`);
}

/** As if it had come to its end. */
function ended(email: string) {
	sql(`with gone as (
			delete from mainstay.job_running using mainstay.job, athlete
			where job_running.id = job.id and athlete.id = job.owner and email = '${email}'
			returning job_running.id, job_running.queue, job_running.kind, job.owner)
		insert into mainstay.job_outcome (id, state, attempts, crashes, queue, kind, owner)
			select id, 'succeeded', 1, 0, queue, kind, owner from gone`);
}

const bar = (page: Page) => page.getByRole('progressbar', { name: 'How far your numbers are' });

test.each([
	['desktop', 1280],
	['phone', 390],
] as const)('a changed profile tells how far the numbers are on a %s of %i px', async (device, width) => {
	const visit = await Visit.begin({ viewport: { width, height: 900 } });
	const { page } = visit;
	const email = `numbers-${device}@example.org`;
	await signUp(page, email);
	await page.goto('/profile');
	await whole(page);
	expect(await bar(page).count()).toBe(0);
	const foot = page.getByRole('button', { name: 'Save' });
	// On the page, wherever it is scrolled to.
	const place = () => foot.evaluate((at) => at.getBoundingClientRect().top + scrollY);
	const before = await place();
	pause();
	await page.getByLabel('Maximum').fill('188');
	await foot.click();
	await page.getByText('Your numbers are being computed again').waitFor();
	await page.getByText('It begins when there is room.').waitFor();

	begun(email, 0.4, '12 of 30 activities');
	await page.getByText('12 of 30 activities').waitFor();
	expect(await bar(page).getAttribute('value')).toBe('40');
	// Nothing makes room for it.
	expect(await place()).toBe(before);
	await expect.poll(() => visit.overflow()).toBeLessThanOrEqual(0);
	// Whoever comes to the page meanwhile sees it, too.
	await page.reload();
	begun(email, 0.9, '27 of 30 activities');
	await page.getByText('27 of 30 activities').waitFor();
	if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/recompute-${width}.png` });

	ended(email);
	resume();
	await expect.poll(() => bar(page).count()).toBe(0);
	await page.getByText('A change computes it again.').waitFor();
	await visit.end();
});

test('the real job comes to its end by itself, and the page says nothing any more', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'numbers-real@example.org');
	await page.goto('/profile');
	await whole(page);
	pause();
	await page.getByLabel('Maximum').fill('188');
	await page.getByRole('button', { name: 'Save' }).click();
	await bar(page).waitFor();
	resume();
	await expect.poll(() => bar(page).count()).toBe(0);
	expect(sql("select count(*) from mainstay.job_dead where queue = 'recompute'")).toBe('0');
	await visit.end();
});
