// How much room the track and the plots will likely need, told from the totals before the samples are there. Pure.
import type { ActivityDetail } from '$lib/api/endpoints';

export interface Room {
	plots: number;
	/** Whether a track stands beside them. */
	track: boolean;
}

const HEAD = 60;
const FAST = 192;
const OTHER = 140;

export function likelyRoom(activity: ActivityDetail): Room {
	const { distance_m, avg_power_w, avg_hr_bpm, ascent_m, avg_cadence_per_min, has_positions } = activity;
	const known = (value: unknown) => typeof value === 'number';
	const others = [avg_power_w, avg_hr_bpm, ascent_m, avg_cadence_per_min].filter(known).length;
	return {
		plots: HEAD + (known(distance_m) ? FAST : 0) + others * OTHER,
		track: has_positions,
	};
}
