import { describe, expect, it } from 'vitest';
import type { Split } from '$lib/api/endpoints';
import { evenness } from './evenness';

const km = (seconds: number | null, metres = 1000): Split => ({
	split_number: 1,
	distance_m: metres,
	moving_time_s: seconds,
	is_partial: metres < 1000,
});

describe('evenness', () => {
	it('compares the halves', () =>
		expect(evenness([km(300), km(300), km(320), km(320)], 'run')).toBe(
			'You ran the second half 0:40 slower than the first.',
		));
	it('leaves the middle one of an odd number out', () =>
		expect(evenness([km(320), km(320), km(200), km(300), km(300)], 'cycling')).toBe(
			'You rode the second half 0:40 faster than the first.',
		));
	it('leaves a last split that is not whole out', () =>
		expect(evenness([km(300), km(300), km(300), km(300), km(100, 200)], 'run')).toContain('same speed'));
	it('takes a small difference for none', () =>
		expect(evenness([km(300), km(301), km(302), km(302)], 'run')).toContain('same speed'));
	it('says nothing of few splits, or of splits without a time', () => {
		expect(evenness([km(300), km(300), km(300)], 'run')).toBe('');
		expect(evenness([km(null), km(null), km(null), km(null)], 'run')).toBe('');
	});
});
