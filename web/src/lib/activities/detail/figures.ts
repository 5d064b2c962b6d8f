// The key figures of an activity as its page shows them: which ones, in what unit, and why one is not there. Pure.
import type { ActivityDetail } from '$lib/api/endpoints';
import { clock, distance, number, speed, speedUnit } from '$lib/format/quantities';
import { reason, type DerivedName } from '$lib/words/derived';

export interface KeyFigure {
	name: string;
	value: string;
	unit?: string;
	note?: string;
	about?: DerivedName;
	version?: number;
	reasons?: { code: string; message?: string }[];
}

const LOADED_BY: Record<string, string> = {
	power: 'by power',
	pace: 'by graded pace',
	heart_rate: 'by heart rate',
	rpe: 'by rated effort',
};

export function keyFigures(activity: ActivityDetail): KeyFigure[] {
	return [
		...covered(activity),
		{
			name: 'Moving time',
			about: 'movingTime',
			value: clock(activity.moving_time_s),
			note: paused(activity) ? `${clock(activity.elapsed_s)} in all` : '',
		},
		...fast(activity),
		...heart(activity),
		...climbed(activity),
		...analysed(activity),
	];
}

/** What is known beside the key figures, in a few words each. */
export function furtherFigures(activity: ActivityDetail): { name: string; value: string }[] {
	const known: [string, number | null | undefined, (value: number) => string][] = [
		['Cadence', activity.avg_cadence_per_min, (value) => `${number(value)} /min`],
		['Power', activity.avg_power_w, (value) => `${number(value)} W`],
		['Energy', activity.energy_kcal, (value) => `${number(value)} kcal`],
		['Rated effort', activity.rpe, (value) => `${number(value)} of 10`],
	];
	const figures = known.flatMap(([name, value, tell]) =>
		typeof value === 'number' ? [{ name, value: tell(value) }] : [],
	);
	if (activity.gear) figures.push({ name: 'Gear', value: activity.gear });
	return figures;
}

export function onFoot(sport: string): boolean {
	return sport === 'run' || sport === 'walking' || sport === 'hiking';
}

function covered({ distance_m }: ActivityDetail): KeyFigure[] {
	if (typeof distance_m !== 'number') return [];
	return [{ name: 'Distance', about: 'distance', ...distance(distance_m) }];
}

/** Of a multisport event the speed of all legs together says nothing. */
function fast({ sport, pace_s_per_km, analysis }: ActivityDetail): KeyFigure[] {
	if (typeof pace_s_per_km !== 'number' || sport === 'multisport') return [];
	const name = speedUnit(sport) === 'km/h' ? 'Speed' : 'Pace';
	const figures: KeyFigure[] = [{ name, about: 'pace', ...speed(pace_s_per_km, sport) }];
	const graded = analysis?.ngp_m_s;
	if (onFoot(sport) && typeof graded === 'number' && graded > 0) {
		const version = analysis?.algorithm_version;
		figures.push({ name: 'Graded pace', about: 'gradedPace', version, ...speed(1000 / graded, sport) });
	}
	return figures;
}

function heart({ avg_hr_bpm, max_hr_bpm, has_track }: ActivityDetail): KeyFigure[] {
	if (typeof avg_hr_bpm !== 'number' && !has_track) return [];
	const note = typeof max_hr_bpm === 'number' ? `at most ${number(max_hr_bpm)}` : '';
	return [{ name: 'Heart rate', value: number(avg_hr_bpm), unit: 'bpm', note }];
}

function climbed({ ascent_m, descent_m }: ActivityDetail): KeyFigure[] {
	if (typeof ascent_m !== 'number') return [];
	const note = typeof descent_m === 'number' ? `${number(descent_m)} m down` : '';
	return [{ name: 'Ascent', about: 'ascent', value: number(ascent_m), unit: 'm', note }];
}

function analysed({ sport, analysis, legs_load }: ActivityDetail): KeyFigure[] {
	if (legs_load) return [eventLoad(legs_load)];
	if (!analysis) return [];
	const { load, efficiency, algorithm_version: version } = analysis;
	const [lacking] = load.reasons;
	const figures: KeyFigure[] = [
		{
			name: 'Load',
			about: 'load',
			version,
			value: number(load.points),
			note: lacking ? `not valid: ${reason(lacking.code)}` : (LOADED_BY[load.source ?? ''] ?? ''),
			reasons: load.reasons,
		},
	];
	// On wheels and in water there is no such number at all; the words below say so.
	if (onFoot(sport)) {
		const [because] = efficiency.reasons;
		figures.push({
			name: 'Efficiency',
			about: 'efficiency',
			version,
			value: number(efficiency.efficiency_factor, 2),
			unit: efficiency.valid ? 'm/beat' : '',
			note: efficiency.valid
				? `± ${number(efficiency.standard_error, 3)}`
				: `not valid: ${because ? reason(because.code) : 'unknown'}`,
			reasons: efficiency.reasons,
		});
	}
	return figures;
}

function eventLoad({ points, reasons }: NonNullable<ActivityDetail['legs_load']>): KeyFigure {
	const note = reasons.length > 0 ? 'not known of every leg' : 'of all legs';
	return { name: 'Load', about: 'load', value: number(points), note, reasons };
}

function paused({ moving_time_s: moving, elapsed_s: elapsed }: ActivityDetail): boolean {
	return typeof moving === 'number' && typeof elapsed === 'number' && elapsed - moving >= 1;
}
