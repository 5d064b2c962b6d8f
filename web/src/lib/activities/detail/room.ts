// How much room the track and the plots will likely need, told from the totals before the samples are there. Pure.
import type { ActivityDetail } from '$lib/api/endpoints';

export interface Room {
	plots: number;
	/** Whether a track is likely to stand beside them. */
	track: boolean;
}

const HEAD = 60;
const FAST = 192;
const OTHER = 140;
const INDOORS = /indoor|treadmill|virtual|spin/;

export function likelyRoom(activity: ActivityDetail): Room {
	const { distance_m, avg_power_w, avg_hr_bpm, ascent_m, avg_cadence_per_min, sub_sport } = activity;
	const known = (value: unknown) => typeof value === 'number';
	const others = [avg_power_w, avg_hr_bpm, ascent_m, avg_cadence_per_min].filter(known).length;
	const moves = known(distance_m);
	return {
		plots: HEAD + (moves ? FAST : 0) + others * OTHER,
		track: moves && !INDOORS.test(sub_sport ?? ''),
	};
}
