import { describe, expect, it } from 'vitest';
import { median, trendLine } from './trend-line';

const runs = [1, 8, 15].map((day, at) => ({
	date: `2026-03-${String(day).padStart(2, '0')}`,
	efficiency_factor: 1 + at * 0.1,
}));

describe('trendLine', () => {
	it('goes through runs that lie on a line', () => {
		const { line } = trendLine(runs, { perWeek: 0.1, low: 0.05, high: 0.2 });
		expect(line.map((value) => value?.toFixed(6))).toEqual(['1.000000', '1.100000', '1.200000']);
	});
	it('has an interval that is narrowest in the middle and always around the line', () => {
		const { line, low, high } = trendLine(runs, { perWeek: 0.1, low: 0.05, high: 0.2 });
		expect(high[1]).toBe(low[1]);
		line.forEach((value, at) => {
			expect(low[at]).toBeLessThanOrEqual(value!);
			expect(high[at]).toBeGreaterThanOrEqual(value!);
		});
	});
	it('counts two runs of a day as one day', () => {
		const doubled = [...runs, { date: '2026-03-15', efficiency_factor: 1.4 }];
		expect(trendLine(doubled, { perWeek: 0, low: 0, high: 0 }).line[0]).toBeCloseTo(1.1);
	});
});

describe('median', () => {
	it('takes the mean of the middle two', () => expect(median([4, 1, 3, 2])).toBe(2.5));
});
