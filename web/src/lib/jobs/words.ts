// What is said of jobs on their page. Never here: how it is asked for.
import { number } from '$lib/format/quantities';
import type { Job, Replayed, Schedule, Statistics } from './calls';

/** Each place is counted so far, and no further. */
const COUNTED_MOST = 10_000;

/** A count: `12`, and `10,000 or more` where nobody counted on. */
export const counted = (many: number): string => number(many) + (many >= COUNTED_MOST ? ' or more' : '');

/** One line for all of it. */
export function standing({ queues, statistics }: Statistics): string {
	const paused = queues.filter((queue) => queue.paused_at).map((queue) => queue.name);
	const rest = paused.length > 0 ? ` Paused: ${paused.join(', ')}.` : '';
	if (statistics.running === 0 && statistics.pending === 0) return `Nothing waits and nothing runs.${rest}`;
	return `${counted(statistics.running)} running, ${counted(statistics.pending)} waiting.${rest}`;
}

/** A length of time in one unit, as a person says it: `8 s`, `3 min`, `5 h`, `2 days`. */
export function roughly(seconds: number): string {
	const whole = Math.max(0, Math.round(seconds));
	if (whole < 100) return `${whole} s`;
	if (whole < 100 * 60) return `${Math.round(whole / 60)} min`;
	if (whole < 48 * 3600) return `${Math.round(whole / 3600)} h`;
	return `${number(Math.round(whole / 86_400))} days`;
}

/** From now until then, or since. */
export function fromNow(instant: string, now: number): string {
	const seconds = (Date.parse(instant) - now) / 1000;
	if (Math.abs(seconds) < 1.5) return 'now';
	return seconds > 0 ? `in ${roughly(seconds)}` : `${roughly(-seconds)} ago`;
}

/** How far a job is: `42 %`; words where it has told nothing. */
export const howFar = (job: Job): string =>
	job.progress === null || job.progress === undefined ? 'has told nothing yet' : `${number(job.progress)} %`;

/** Which attempt it is, where that says anything. */
export const attempt = (job: { attempts: number; max_attempts: number }): string =>
	`attempt ${job.attempts} of ${job.max_attempts}`;

/** What came of a replay. */
export function replayed({ results, queued, has_more }: Replayed): string {
	const left = results.length - queued;
	const of = queued === 1 ? '1 job waits again' : `${number(queued)} jobs wait again`;
	const not = left === 0 ? '' : left === 1 ? '; 1 does not' : `; ${number(left)} do not`;
	const why = results.some(({ outcome }) => outcome === 'key_taken')
		? ', because others about the same have not ended'
		: '';
	return `${of}${not}${why}.${has_more ? ' There are more.' : ''}`;
}

const MISFIRES: Record<string, string> = {
	skip: 'times that are missed are left out',
	coalesce: 'times that are missed count once',
	catch_up: 'times that are missed are made up for',
};

export const misfire = ({ misfire: policy }: Schedule): string => MISFIRES[policy] ?? policy;
