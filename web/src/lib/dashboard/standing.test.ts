import { describe, expect, it } from 'vitest';
import type { LoadHistory } from '$lib/api/endpoints';
import { freshness, note, reasons } from './standing';

const history = (day: object, none = 0) =>
	({
		days: [{ date: '2026-03-04', load: 0, warming_up: false, ctl: 40, atl: 30, tsb: 10, ...day }],
		source_counts: { power: 0, pace: 0, heart_rate: 0, rpe: 0, none },
	}) as unknown as LoadHistory;
const today = (day: object) => history(day).days[0];

describe('fitness and form', () => {
	it('need no reason where they are', () => {
		expect(reasons(history({}))).toEqual([]);
		expect(note(history({}), 'points a day')).toBe('points a day');
		expect(note(undefined, 'points a day')).toBe('points a day');
	});
	it('say why they are absent', () => {
		const absent = history({ ctl: null, tsb: null }, 2);
		expect(reasons(absent)[0]?.message).toBe(
			'There is no load in this period. 2 activities had nothing to compute it from.',
		);
		expect(note(absent, 'points a day')).toBe('no load yet');
	});
	it('say that they warm up', () => {
		expect(reasons(history({ warming_up: true }))[0]?.code).toBe('warming_up');
		expect(note(history({ warming_up: true }), '')).toBe('still warming up');
	});
});

describe('freshness', () => {
	it('is judged by form', () => {
		expect(freshness(today({}))).toMatch(/^Rested/);
		expect(freshness(today({ tsb: -10 }))).toMatch(/^Tired/);
		expect(freshness(today({ tsb: 0.4 }))).toMatch(/level/);
		expect(freshness(today({ tsb: null }))).toBe('');
	});
	it('is not judged while it warms up', () => {
		expect(freshness(today({ tsb: -10, warming_up: true }))).toMatch(/^Too early to tell/);
	});
});
