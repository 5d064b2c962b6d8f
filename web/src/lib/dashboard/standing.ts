// What fitness and form of today say, and why they say nothing. Pure. Never here: definitions (words/derived.ts).
import type { LoadHistory } from '$lib/api/endpoints';
import { count } from '$lib/format/quantities';

type Day = LoadHistory['days'][number];
interface Reason {
	code: string;
	message: string;
}

/** In points a day: less is the same to a person. */
const LEVEL = 0.5;

/** Why today's fitness, fatigue and form are not there, or not yet to be relied on. Nothing: they are. */
export function reasons({ days, source_counts: counts }: LoadHistory): Reason[] {
	const today = days.at(-1);
	if (typeof today?.ctl !== 'number') {
		const without =
			counts.none > 0
				? ` ${count(counts.none, 'activity', 'activities')} had nothing to compute it from.`
				: '';
		return [{ code: 'no_load', message: `There is no load in this period.${without}` }];
	}
	if (today.warming_up)
		return [{ code: 'warming_up', message: 'Too low until 42 days are known since the first load.' }];
	return [];
}

/** A few words for below the number. */
export function note(history: LoadHistory | undefined, usual: string): string {
	const code = history && reasons(history)[0]?.code;
	return code === 'no_load' ? 'no load yet' : code === 'warming_up' ? 'still warming up' : usual;
}

/** Whether one is fresh, in words. While it warms up, nothing is judged. */
export function freshness(today: Day | undefined): string {
	const form = today?.tsb;
	if (typeof form !== 'number') return '';
	if (today?.warming_up)
		return 'Too early to tell: what is usual for you is known 42 days after the first load.';
	if (Math.abs(form) < LEVEL) return 'Fitness and fatigue are level.';
	return form > 0
		? 'Rested: your usual load is above that of the last days.'
		: 'Tired: the load of the last days is above your usual one.';
}
