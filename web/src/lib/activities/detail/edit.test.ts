import { describe, expect, it } from 'vitest';
import type { ActivityDetail } from '$lib/api/endpoints';
import { fieldsOf, patchOf } from './edit';

const activity = {
	name: 'Easy run',
	sport: 'run',
	is_race: false,
	rpe: 3,
	notes: null,
} as unknown as ActivityDetail;
const before = fieldsOf(activity);

describe('patchOf', () => {
	it('is empty when nothing changed', () => expect(patchOf(activity, before)).toEqual({}));
	it('holds only what changed', () =>
		expect(patchOf(activity, { ...before, name: ' Park run ', is_race: true })).toEqual({
			name: 'Park run',
			is_race: true,
		}));
	it('empties what was emptied', () => {
		const noted = { ...activity, notes: 'Windy.' } as ActivityDetail;
		expect(patchOf(noted, { ...before, rpe: ' ', notes: '' })).toEqual({ rpe: null, notes: null });
	});
	it('takes a rated effort as a number', () =>
		expect(patchOf(activity, { ...before, rpe: '6.5' })).toEqual({ rpe: 6.5 }));
});
