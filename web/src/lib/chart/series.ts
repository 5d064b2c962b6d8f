// What a plot is made of, in our words; options.ts turns it into uPlot's. Never here: drawing.
import type { ChartColour } from './palette';

/** Null is a gap. Undefined is not known either, but too short to interrupt the line. */
export type Values = (number | null | undefined)[];

export interface Series {
	/** Short name, shown at the plot with the value under the cursor. */
	name: string;
	values: Values;
	colour: ChartColour;
	/** `band` is drawn together with the next series, which must be `band` too. */
	kind: 'line' | 'dots' | 'bars' | 'area' | 'band';
	dash?: number[];
	width?: number;
	/** The value with its unit; absent: the series is not named at the plot. */
	tell?: (value: number | null) => string;
	/** Bars that are not whole yet: drawn as outlines. */
	partial?: boolean[];
}

/** What the horizontal axis counts. */
export type Along = 'days' | 'seconds' | 'metres';

/** A stretch of the horizontal axis, shaded and named. */
export interface Shade {
	from: number;
	to: number;
	name: string;
}

/** Steps of axes whose labels are whole numbers, and of those with two digits. */
export const WHOLE = [1, 10, 100, 1000, 10_000, 100_000].flatMap((ten) => [ten, ten * 2, ten * 5]);
export const HUNDREDTHS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, ...WHOLE];

/** The widest of the dash patterns, for the swatch in the legend. */
export function swatch(series: Series): 'dots' | 'bars' | 'solid' | 'dashed' | 'dotted' | 'band' {
	if (series.kind === 'dots' || series.kind === 'bars' || series.kind === 'band') return series.kind;
	if (!series.dash) return 'solid';
	return (series.dash[0] ?? 0) > 3 ? 'dashed' : 'dotted';
}

/** Where a value stands between gaps, so that no line shows it. */
export function lonely(values: Values): number[] {
	const gap = (at: number) => values[at] === null || at < 0 || at >= values.length;
	return values.flatMap((value, at) => (typeof value === 'number' && gap(at - 1) && gap(at + 1) ? [at] : []));
}
