import { describe, expect, it } from 'vitest';
import type { ActivityDetail } from '$lib/api/endpoints';
import { likelyRoom } from './room';

const room = (activity: Partial<ActivityDetail>) => likelyRoom(activity as ActivityDetail);

describe('likelyRoom', () => {
	it('has a track where there are positions', () => {
		expect(room({ distance_m: 5000, has_positions: true }).track).toBe(true);
		expect(room({ distance_m: 5000, has_positions: false }).track).toBe(false);
	});
	it('grows with what was recorded', () =>
		expect(room({ distance_m: 5000, avg_hr_bpm: 140 }).plots).toBeGreaterThan(
			room({ avg_hr_bpm: 140 }).plots,
		));
});
