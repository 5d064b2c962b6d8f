import { describe, expect, it } from 'vitest';
import type { ActivityDetail } from '$lib/api/endpoints';
import { keyFigures } from './figures';

const activity = (more: object) =>
	({ sport: 'run', moving_time_s: 600, elapsed_s: 600, legs: [], ...more }) as unknown as ActivityDetail;
const load = (more: object) => keyFigures(activity(more)).find(({ name }) => name === 'Load');
const analysis = (points: number | null, reasons: object[]) => ({
	analysis: {
		algorithm_version: 3,
		load: { points, source: points === null ? null : 'pace', reasons },
		efficiency: { valid: false, reasons: [{ code: 'not_steady', message: '' }] },
	},
});

describe('the load', () => {
	it('says what it was computed from', () =>
		expect(load(analysis(48.6, []))).toMatchObject({ value: '49', note: 'by graded pace' }));
	it('says what it lacks', () => {
		const reasons = [{ code: 'no_threshold_pace', message: 'The profile has no threshold pace.' }];
		expect(load(analysis(null, reasons))).toMatchObject({
			value: '–',
			note: 'not valid: no threshold pace',
			reasons,
		});
	});
	it("of an event is its legs'", () => {
		expect(load({ legs_load: { points: 80.1, reasons: [] } })).toMatchObject({
			value: '80',
			note: 'of all legs',
		});
		const reasons = [{ code: 'legs_without_load', message: 'These legs have no load: Swim.' }];
		expect(load({ legs_load: { points: null, reasons } })).toMatchObject({ value: '–', reasons });
	});
});
