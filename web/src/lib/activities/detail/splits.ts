// What the table of splits shows beside the numbers themselves. Pure.
import type { Split, SplitKind } from '$lib/api/endpoints';

/** How long the bars of the splits are, 0 to 1: by speed, over a ground below the slowest, so that differences are seen. */
export function barLengths(splits: Split[]): number[] {
	const speeds = splits.map(({ pace_s_per_km: pace }) =>
		typeof pace === 'number' && pace > 0 ? 1 / pace : 0,
	);
	// A last split of a few metres may be of any speed; it has no say where there are others.
	const whole = speeds.filter((speed, at) => speed > 0 && splits[at]?.is_partial !== true);
	const moving = whole.length > 0 ? whole : speeds.filter((speed) => speed > 0);
	const most = Math.max(...moving);
	const ground = Math.min(...moving) * GROUND;
	const length = (speed: number) => (speed - ground) / (most - ground);
	return speeds.map((speed) => (speed > 0 ? Math.min(1, Math.max(SHORTEST, length(speed))) : 0));
}

/** The bars begin at this part of the slowest split's speed. */
const GROUND = 0.75;
const SHORTEST = 0.03;

/** Kilometres where people count them; what the device marked in water and where there is no distance to cut. */
export function usualKind(sport: string, metres: number | null | undefined): SplitKind {
	return sport === 'swimming' || (metres ?? 0) < 1000 ? 'lap' : 'km';
}

/** Which columns hold anything. */
export function columns(splits: Split[], onFoot: boolean) {
	const any = (name: keyof Split) => splits.some((split) => typeof split[name] === 'number');
	return {
		graded: onFoot && any('gap_s_per_km'),
		heart: any('avg_hr_bpm'),
		power: any('avg_power_w'),
		cadence: any('avg_cadence_per_min'),
		ascent: any('ascent_m'),
	};
}
