import { describe, expect, it } from 'vitest';
import type { Split } from '$lib/api/endpoints';
import { barLengths, columns, usualKind } from './splits';

const split = (pace_s_per_km: number | null, more: Partial<Split> = {}): Split => ({
	split_number: 1,
	is_partial: false,
	pace_s_per_km,
	...more,
});

describe('barLengths', () => {
	it('make the fastest longest and the slowest still visible', () => {
		const [slow, quick, none] = barLengths([split(400), split(300), split(null)]);
		expect(quick).toBe(1);
		expect(slow).toBeGreaterThan(0.2);
		expect(slow).toBeLessThan(1);
		expect(none).toBe(0);
	});
	it('are full for a single split', () => expect(barLengths([split(300)])).toEqual([1]));
	it('are not squeezed by a last bit', () => {
		const partly = { is_partial: true };
		expect(barLengths([split(310), split(300), split(200, partly)]).slice(1)).toEqual([1, 1]);
		expect(barLengths([split(310), split(300), split(900, partly)])[2]).toBe(0.03);
	});
	it('are none without a pace', () => expect(barLengths([split(null)])).toEqual([0]));
});

describe('usualKind', () => {
	it('is what people count in', () => {
		expect(usualKind('run', 10_000)).toBe('km');
		expect(usualKind('swimming', 1600)).toBe('lap');
		expect(usualKind('other', null)).toBe('lap');
	});
});

describe('columns', () => {
	it('are those that hold anything', () =>
		expect(columns([split(300, { avg_hr_bpm: 140, gap_s_per_km: 290, ascent_m: null })], true)).toEqual({
			graded: true,
			heart: true,
			power: false,
			cadence: false,
			ascent: false,
		}));
	it('have no graded pace on wheels', () =>
		expect(columns([split(300, { gap_s_per_km: 290 })], false).graded).toBe(false));
});
