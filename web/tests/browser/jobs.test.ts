// The console of jobs, as an administrator uses it. Never here: what jobs do, and the API's own rules.
import axe from 'axe-core';
import { execFileSync } from 'node:child_process';
import type { Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { fits, PASSWORD, signIn, signUp, twiceTheSize, useBrowser, Visit, whole } from './browser';
import { sql } from './seed';

useBrowser();

const ADMIN = 'jobs@example.org';

/** An account that runs the installation, made where it runs; once. */
function administrator() {
	const there = sql(`select count(*) from athlete where email = '${ADMIN}'`);
	if (there === '1') return;
	execFileSync(inject('binary'), ['account', 'create', ADMIN, '--role', 'admin', '--data', inject('data')], {
		input: PASSWORD,
		env: { PATH: process.env.PATH },
	});
}

/** Jobs in a queue that nobody does: one that waits, one that runs, one that is tried again, two that were given up. */
function jobs() {
	const job = (id: string) => `
		insert into mainstay.job (id, queue, kind, priority, payload, attempts_most)
		values ('${id}', 'tests', 'tests.told', 2, '{"name": "Robin"}', 3);`;
	const time = sql("select lpad(to_hex((extract(epoch from now()) * 1000)::bigint), 12, '0')");
	const at = (n: number) => `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${String(n).padStart(12, '0')}`;
	const [waits, runs, again, dead, other] = [1, 2, 3, 4, 5].map(at) as [
		string,
		string,
		string,
		string,
		string,
	];
	sql(`
		delete from mainstay.job_ready where queue = 'tests'; delete from mainstay.job_running where queue = 'tests';
		delete from mainstay.job_dead where queue = 'tests'; delete from mainstay.job_outcome where id in
			(select id from mainstay.job where queue = 'tests'); delete from mainstay.job where queue = 'tests';
		-- One that is not looked for, and older than those that declare schedules.
		insert into mainstay.job_worker (id, host, pid, ttl_ms, queues, kinds, slots)
			overriding system value values (0, 'elsewhere', 7, 86400000, '{tests}', '{tests.told}', 2)
			on conflict (id) do nothing;
		${[waits, runs, again, dead, other].map(job).join('')}
		insert into mainstay.job_ready (id, queue, priority, run_at, kind, attempts, attempts_most) values
			('${waits}', 'tests', 2, now(), 'tests.told', 0, 3),
			('${again}', 'tests', 2, now() + interval '5 minutes', 'tests.told', 2, 3);
		insert into mainstay.job_running
			(id, nth, worker, queue, priority, kind, attempts, crashes, attempts_most, progress, progress_message)
			values ('${runs}', 0, 0, 'tests', 2, 'tests.told', 1, 0, 3, 0.42, '42 of 100 activities');
		insert into mainstay.job_outcome (id, state, attempts, crashes, error) values
			('${dead}', 'failed', 3, 0, 'x'), ('${other}', 'failed', 3, 0, 'x');
		insert into mainstay.job_dead
			(id, queue, kind, priority, payload, attempts, crashes, attempts_most, reason, error, created_at)
		values
			('${dead}', 'tests', 'tests.told', 2, '{"name": "Robin"}', 3, 0, 3, 'attempts', 'no room on the device', now()),
			('${other}', 'tests', 'tests.other', 2, '{}', 3, 3, 3, 'poison', 'its process ended three times', now());`);
	return { runs };
}

async function open(page: Page) {
	administrator();
	await signIn(page, ADMIN, PASSWORD);
	const made = jobs();
	await page.getByRole('link', { name: 'Jobs' }).click();
	await page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor();
	await whole(page);
	return made;
}

const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true }).first();

test.each([
	['desktop', 1280, 'light'],
	['desktop', 1280, 'dark'],
	['phone', 390, 'light'],
	['phone', 390, 'dark'],
] as const)('the console shows what there is on a %s of %i px in the %s', async (_, width, colorScheme) => {
	const visit = await Visit.begin({ viewport: { width, height: 900 }, colorScheme });
	const { page } = visit;
	await open(page);
	await expect.poll(() => card(page, 'Running').textContent()).toContain('42 of 100 activities');
	expect(await card(page, 'Running').getByRole('progressbar').getAttribute('value')).toBe('42');
	expect(await card(page, 'Trying again').textContent()).toMatch(/again in \d+ (s|min) · attempt 2 of 3/);
	expect(await card(page, 'Given up').textContent()).toContain('no room on the device');
	expect(await card(page, 'Schedule').textContent()).toMatch(/remove expired sessions.*UTC.*Next/s);
	expect(await card(page, 'Processes').textContent()).toContain('recompute');
	const row = card(page, 'Queues').getByRole('row', { name: /^tests/ });
	expect(await row.innerText()).toMatch(/^tests\s+1\s+0\s+1\s+1\s/);
	await expect.poll(() => visit.overflow()).toBeLessThanOrEqual(0);
	expect(await findings(visit)).toEqual([]);
	if (process.env.PICTURES)
		await page.screenshot({
			path: `${process.env.PICTURES}/jobs-${width}-${colorScheme}.png`,
			fullPage: true,
		});
	await visit.end();
});

test.each([1280, 390])('the console in text of twice the size fits %i px', async (width) => {
	const visit = await Visit.begin({ viewport: { width, height: 900 } });
	const { page } = visit;
	await open(page);
	await twiceTheSize(page);
	await page.reload();
	await page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor();
	await whole(page);
	await fits(visit, '/jobs');
	await visit.end();
});

test('queues, dead letters and schedules are operated by keyboard', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await open(page);
	const press = async (name: string) => {
		const button = page.getByRole('button', { name, exact: true });
		// While something is being done no other thing is begun.
		await expect.poll(() => button.getAttribute('aria-disabled')).not.toBe('true');
		await button.focus();
		await page.keyboard.press('Enter');
	};
	await press('Pause the queue tests');
	await page.getByRole('button', { name: 'Resume the queue tests' }).waitFor();
	// The same button, so that whoever pressed it is still there.
	expect(await focused(page)).toBe('Resume the queue tests');
	await expect.poll(() => page.locator('.top').textContent()).toContain('Paused: tests.');
	await press('Resume the queue tests');
	await page.getByRole('button', { name: 'Pause the queue tests' }).waitFor();

	await press('Do again: tests.told');
	await page.getByText('1 job waits again.').waitFor();
	await expect.poll(() => card(page, 'Given up').textContent()).not.toContain('no room on the device');
	// Set when the lists have been asked for again; the letter may be gone a moment before.
	await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Given up');
	await press('Forget tests.other');
	await press('Yes, forget it');
	await page.getByText('No dead letters').waitFor();

	await press('Pause remove expired sessions');
	await expect.poll(() => card(page, 'Schedule').textContent()).toContain('paused');
	await press('Resume remove expired sessions');
	await expect.poll(() => card(page, 'Schedule').textContent()).toContain('Next');
	await press('Run now: remove expired sessions');
	await page.getByText('remove expired sessions will be done once more, now.').waitFor();
	await visit.end();
});

test('what changes is shown by itself, and what does not answer is told', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	const { runs } = await open(page);
	const progress = card(page, 'Running').getByRole('progressbar');
	await progress.waitFor();
	sql(`update mainstay.job_running set progress = 0.9, progress_message = 'nearly' where id = '${runs}'`);
	await expect.poll(() => progress.getAttribute('value')).toBe('90');
	await page.getByRole('button', { name: 'Stop tests.told' }).first().click();
	await page.getByRole('button', { name: 'Stopping tests.told' }).waitFor();
	await page.route('**/v1/jobs**', (route) => route.abort());
	await page.getByText('Not up to date: Paceline does not answer.').waitFor();
	// What is known stays.
	expect(await progress.getAttribute('value')).toBe('90');
	await page.unroute('**/v1/jobs**');
	await expect.poll(() => page.locator('.top').textContent()).toContain('running');
	await visit.end();
});

test('nobody else is led to the console, and who comes there is told whose it is', async () => {
	const visit = await Visit.begin();
	const { page } = visit;
	await signUp(page, 'no-admin@example.org');
	expect(await page.getByRole('link', { name: 'Jobs' }).count()).toBe(0);
	await page.goto('/jobs');
	await page.getByText('For administrators').waitFor();
	await visit.end();
});

const focused = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));

/** Serious findings of axe. */
async function findings({ page }: Visit): Promise<string[]> {
	await page.evaluate(`${axe.source}; undefined`);
	return page.evaluate(async () => {
		type Found = { violations: { id: string; impact: string; nodes: { html: string }[] }[] };
		const { violations } = await (globalThis as unknown as { axe: { run: () => Promise<Found> } }).axe.run();
		return violations
			.filter(({ impact }) => impact === 'serious' || impact === 'critical')
			.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
	});
}
