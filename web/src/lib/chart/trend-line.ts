// The line and the interval of a trend as the API tells them (a slope with its interval), laid through the runs.
// The API does not give the line's height; it is Conover's (1980), as on the server: median(y) − slope · median(day),
// over the mean of each day. The interval's slopes turn about that middle. Never here: judging a trend.
import { civilInstant } from '$lib/format/dates';
import type { Values } from './series';

export interface Run {
	date: string;
	efficiency_factor?: number | null;
}

export interface Slope {
	perWeek: number;
	low: number;
	high: number;
}

export interface TrendLine {
	line: Values;
	low: Values;
	high: Values;
}

const WEEK_S = 7 * 86_400;

/** Values of the line and of the edges of its interval at each run. */
export function trendLine(runs: Run[], slope: Slope): TrendLine {
	const days = new Map<string, number[]>();
	for (const { date, efficiency_factor: value } of runs) {
		if (typeof value === 'number') days.set(date, [...(days.get(date) ?? []), value]);
	}
	const middleX = median([...days.keys()].map(civilInstant));
	const middleY = median(
		[...days.values()].map((values) => values.reduce((a, b) => a + b, 0) / values.length),
	);
	const along = (perWeek: number, date: string) =>
		middleY + (perWeek * (civilInstant(date) - middleX)) / WEEK_S;
	return {
		line: runs.map((run) => along(slope.perWeek, run.date)),
		low: runs.map((run) => Math.min(along(slope.low, run.date), along(slope.high, run.date))),
		high: runs.map((run) => Math.max(along(slope.low, run.date), along(slope.high, run.date))),
	};
}

export function median(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const half = sorted.length >> 1;
	const upper = sorted[half] ?? Number.NaN;
	return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}
