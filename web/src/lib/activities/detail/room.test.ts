import { describe, expect, it } from 'vitest';
import type { ActivityDetail } from '$lib/api/endpoints';
import { likelyRoom } from './room';

const room = (activity: Partial<ActivityDetail>) => likelyRoom(activity as ActivityDetail);

describe('likelyRoom', () => {
	it('has a track outdoors only', () => {
		expect(room({ distance_m: 5000 }).track).toBe(true);
		expect(room({ distance_m: 5000, sub_sport: 'treadmill' }).track).toBe(false);
		expect(room({ distance_m: null, avg_hr_bpm: 69 }).track).toBe(false);
	});
	it('grows with what was recorded', () =>
		expect(room({ distance_m: 5000, avg_hr_bpm: 140 }).plots).toBeGreaterThan(
			room({ avg_hr_bpm: 140 }).plots,
		));
});
