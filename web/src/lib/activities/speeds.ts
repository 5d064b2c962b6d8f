// How fast one was where the device recorded no speed, as in most GPX files: from distance and time. Pure.
// Never here: smoothing, paces (curves.ts).
import type { Values } from '$lib/chart/series';
import { usualStep } from './gaps';

/** Places are sure to a few metres only, so a speed is taken over at least so long. */
const OVER_S = 10;
/** Between samples further apart than this nobody knows what happened; or than so many usual steps of a long activity. */
const LONGEST_S = 60;
const LONGEST_STEPS = 3;

/** Metres a second around each sample; null where distance is not known or samples are too far apart. */
export function speedsBetween(metres: Values, times: number[]): Values {
	const longest = Math.max(LONGEST_S, LONGEST_STEPS * usualStep(times));
	return metres.map((value, at) => {
		if (typeof value !== 'number') return value;
		const [first, last] = around(metres, times, at, longest);
		const [start, end] = [metres[first], metres[last]];
		const lasted = (times[last] ?? 0) - (times[first] ?? 0);
		if (typeof start !== 'number' || typeof end !== 'number' || lasted <= 0) return null;
		return Math.max(0, end - start) / lasted;
	});
}

/** The samples that begin and end the stretch about one: widened in turns until it is long enough, never over a gap. */
function around(metres: Values, times: number[], at: number, longest: number): [number, number] {
	let [first, last] = [at, at];
	for (;;) {
		if ((times[last] ?? 0) - (times[first] ?? 0) >= OVER_S) return [first, last];
		const before = next(metres, times, first, -1, longest);
		const after = next(metres, times, last, 1, longest);
		if (before === first && after === last) return [first, last];
		[first, last] = [before, after];
	}
}

/** The next sample with a distance; the same one at an end and before a gap. */
function next(metres: Values, times: number[], from: number, step: 1 | -1, longest: number): number {
	let at = from + step;
	while (metres[at] === undefined && at >= 0 && at < metres.length) at += step;
	const apart = Math.abs((times[at] ?? Infinity) - (times[from] ?? 0));
	return typeof metres[at] === 'number' && apart <= longest ? at : from;
}
