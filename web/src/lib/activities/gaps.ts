// Devices that record a channel only now and then leave nulls between its values. Short ones are no gaps of the
// activity, so lines go on over them; long ones stay gaps. Pure.
import type { Values } from '$lib/chart/series';

/** As far apart two values of one line may be: what a device with smart recording leaves out. */
const LONGEST_S = 20;
/** In open water a watch may know its place once a minute; between, a swimmer goes about straight. */
const LONGEST_UNPLACED_S = 120;
/** Or as many of the usual steps between samples, for an activity so long that few of its samples are drawn. */
const LONGEST_STEPS = 3;

/** Short gaps become undefined, over which a line is drawn. Never at the ends. */
export function bridged(values: Values, times: number[]): Values {
	return overGaps(values, times, LONGEST_S, () => undefined);
}

/** Short gaps become what lies between: for positions on a track, which are drawn and never told. */
export function filled(values: Values, times: number[]): Values {
	return overGaps(values, times, LONGEST_UNPLACED_S, (part, from, to) => from + (to - from) * part);
}

/** The value at a sample; inside a short gap the one before, as the device showed it. */
export function told(values: Values | undefined, at: number): number | null {
	let back = at;
	while (back > 0 && values?.[back] === undefined) back--;
	return values?.[back] ?? null;
}

function overGaps(
	values: Values,
	times: number[],
	seconds: number,
	make: (part: number, from: number, to: number) => number | undefined,
): Values {
	const longest = Math.max(seconds, LONGEST_STEPS * usualStep(times));
	const made = [...values];
	let last = -1;
	values.forEach((value, at) => {
		if (typeof value !== 'number') return;
		const [start, end, from] = [times[last] ?? 0, times[at] ?? 0, values[last]];
		if (typeof from === 'number' && end - start <= longest) {
			for (let between = last + 1; between < at; between++) {
				const part = end > start ? ((times[between] ?? start) - start) / (end - start) : 0;
				made[between] = make(part, from, value);
			}
		}
		last = at;
	});
	return made;
}

/** Seconds between samples: the median. */
export function usualStep(times: number[]): number {
	const steps = times.slice(1).map((time, at) => time - (times[at] ?? time));
	return steps.sort((a, b) => a - b)[steps.length >> 1] ?? 0;
}
