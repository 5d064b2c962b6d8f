// The channels of an activity as plots above one another. Pure. Never here: drawing.
import type { ActivityDetail, Streams } from '$lib/api/endpoints';
import type { PlotSpec } from '$lib/chart/options';
import { WHOLE, type Along, type Series, type Values } from '$lib/chart/series';
import { bridged, told } from './gaps';
import { speedsBetween } from './speeds';
import { clock, distance, number, speed, speedUnit } from '$lib/format/quantities';

export interface Curve {
	question: string;
	/** The answer in words. */
	answer: string;
	spec: PlotSpec;
}

/** The values under the cursor, for the line above all plots. */
export interface Readout {
	where: string;
	entries: { series: Series; value: string }[];
}

/** What the curves need to know of the activity beside its samples. */
export type Totals = Pick<ActivityDetail, 'sport'> &
	Partial<
		Pick<
			ActivityDetail,
			| 'pace_s_per_km'
			| 'avg_hr_bpm'
			| 'max_hr_bpm'
			| 'avg_power_w'
			| 'avg_cadence_per_min'
			| 'ascent_m'
			| 'descent_m'
		>
	>;

/** A pace slower than this is standing about, and would squeeze the rest of the plot. */
const SLOWEST_S_PER_KM = 1200;
const SMOOTHED_OVER = 5;

export function channel(streams: Streams, name: string): Values | undefined {
	const values = (streams.channels as Record<string, Values | undefined>)[name];
	return values?.some((value) => value !== null) ? bridged(values, streams.time_s) : undefined;
}

/** Where the samples stand along the axis. By distance only where distance never falls back and is never missing. */
export function axis(streams: Streams, wanted: Along): { along: Along; x: number[] } {
	const metres = wanted === 'metres' ? channel(streams, 'distance_m') : undefined;
	if (!metres) return { along: 'seconds', x: streams.time_s };
	let last = -1;
	// The plot needs ascending values: standing still is drawn a centimetre wide.
	const x = metres.map((value) => (last = Math.max(value ?? last, last + 0.01)));
	return { along: 'metres', x };
}

export function curves(streams: Streams, totals: Totals, along: Along): Curve[] {
	const made: (Curve | undefined)[] = [
		fast(streams, totals, along),
		plain(streams, along, 'power_w', 'How much power?', mean(totals.avg_power_w, 'W'), {
			name: 'power',
			colour: 'blue',
			kind: 'line',
			width: 1,
			tell: (value) => `${number(value)} W`,
		}),
		plain(streams, along, 'heart_rate_bpm', 'How hard did the heart work?', hearts(totals), {
			name: 'heart rate',
			colour: 'orange',
			kind: 'line',
			dash: [6, 2],
			width: 1.5,
			tell: (value) => `${number(value)} bpm`,
		}),
		plain(
			streams,
			along,
			'altitude_m',
			'How hilly was it?',
			hills(totals),
			{
				name: 'elevation',
				colour: 'green',
				kind: 'area',
				width: 1.5,
				tell: (value) => `${number(value)} m`,
			},
			hilly,
		),
		plain(
			streams,
			along,
			'cadence_per_min',
			CADENCES[totals.sport] ?? 'What cadence?',
			mean(totals.avg_cadence_per_min, '/min'),
			{
				name: 'cadence',
				colour: 'purple',
				kind: 'line',
				dash: [2, 2],
				width: 1.5,
				tell: (value) => `${number(value)} /min`,
			},
		),
	];
	return made.filter((curve) => curve !== undefined);
}

/** Channels that hold a value here and there only, as heart rate at the wrist in water: a plot would look empty. */
export function hardlyRecorded(streams: Streams): string[] {
	return Object.entries(NAMES).flatMap(([name, words]) => {
		const values = channel(streams, name);
		return values && !plottable(values) ? [words] : [];
	});
}

const NAMES: Record<string, string> = {
	speed_m_s: 'speed',
	power_w: 'power',
	heart_rate_bpm: 'heart rate',
	altitude_m: 'elevation',
	cadence_per_min: 'cadence',
};
const LEAST_RECORDED = 0.05;

function plottable(values: Values): boolean {
	return values.filter((value) => value !== null).length >= values.length * LEAST_RECORDED;
}

const CADENCES: Record<string, string> = {
	run: 'How quick were the steps?',
	walking: 'How quick were the steps?',
	hiking: 'How quick were the steps?',
	cycling: 'How quick were the pedals?',
	swimming: 'How quick were the strokes?',
	rowing: 'How quick were the strokes?',
};

/** What stands where the cursor is; without one, only the names. */
export function readout(streams: Streams, shown: Curve[], at: number | null): Readout {
	const metres = at === null ? null : told(channel(streams, 'distance_m'), at);
	const time = at === null ? null : (streams.time_s[at] ?? null);
	const far = distance(metres);
	return {
		where: [...(metres === null ? [] : [`${far.value} ${far.unit}`]), clock(time)].join(' · '),
		entries: shown.flatMap(({ spec }) =>
			spec.series.map((series) => ({
				series,
				value: at === null ? '' : (series.tell?.(told(series.values, at)) ?? ''),
			})),
		),
	};
}

/** The stretch of the axis that some seconds of the activity take up; null when it is no stretch. */
export function stretch(streams: Streams, x: number[], from: number, to: number): [number, number] | null {
	const first = streams.time_s.findLastIndex((time) => time <= from);
	const last = streams.time_s.findIndex((time) => time >= to);
	const start = x[Math.max(0, first)];
	const end = last < 0 ? x.at(-1) : x[last];
	return start === undefined || end === undefined || end <= start ? null : [start, end];
}

const mean = (value: number | null | undefined, unit: string) =>
	typeof value === 'number' ? `${number(value)} ${unit} on average.` : '';

function hearts({ avg_hr_bpm: average, max_hr_bpm: most }: Totals): string {
	if (typeof average !== 'number') return '';
	const top = typeof most === 'number' ? `, at most ${number(most)}` : '';
	return `${number(average)} bpm on average${top}.`;
}

function hills({ ascent_m: up, descent_m: down }: Totals): string {
	if (typeof up !== 'number') return '';
	return typeof down === 'number' ? `${number(up)} m up, ${number(down)} m down.` : `${number(up)} m up.`;
}

/** Pace on foot and in water, faster above; km/h on wheels. */
function fast(streams: Streams, { sport, pace_s_per_km }: Totals, along: Along): Curve | undefined {
	const recorded = channel(streams, 'speed_m_s');
	const metres = channel(streams, 'distance_m');
	const speeds = recorded ?? (metres && speedsBetween(metres, streams.time_s));
	if (!speeds || !plottable(speeds)) return undefined;
	const unit = speedUnit(sport);
	const smooth = smoothed(speeds);
	const wheels = unit === 'km/h';
	const paces = smooth.map((value) =>
		typeof value !== 'number' ? value : value < 1000 / slowest(sport) ? null : 1000 / value,
	);
	const average = speed(pace_s_per_km, sport);
	return {
		question: 'How fast were you?',
		answer: [
			...(typeof pace_s_per_km === 'number' ? [`${average.value} ${average.unit} on average.`] : []),
			...(recorded ? [] : ['No speed was recorded: from distance and time.']),
		].join(' '),
		spec: {
			along,
			zoomable: true,
			compact: true,
			inverted: !wheels,
			mark: (value) => (wheels ? number(value) : clock(unit === '/km' ? value : value / 10)),
			...(wheels ? { steps: WHOLE } : paceAxis(paces, unit)),
			series: [
				{
					name: wheels ? 'speed' : 'pace',
					kind: 'line',
					colour: 'blue',
					width: 1.5,
					values: wheels ? smooth.map((value) => (typeof value === 'number' ? value * 3.6 : value)) : paces,
					tell: (value) => {
						const told = speed(wheels && value ? 3600 / value : value, sport);
						return `${told.value} ${told.unit}`;
					},
				},
			],
		},
	};
}

/** Steps that divide a minute; and room for all but the slowest few samples, so that setting off does not squeeze the rest. */
function paceAxis(paces: Values, unit: string): Pick<PlotSpec, 'range' | 'steps'> {
	const floor = Math.min(percentile(paces, 0.98) * 1.06, percentile(paces, 0.5) * 2);
	return {
		range: (least, most) => [least * 0.97, Math.max(Math.min(most * 1.02, floor), least * 1.03)],
		steps: [5, 10, 15, 20, 30, 60, 120, 300, 600].map((step) => (unit === '/km' ? step : step * 10)),
	};
}

function slowest(sport: string): number {
	return speedUnit(sport) === '/100 m' ? SLOWEST_S_PER_KM * 3 : SLOWEST_S_PER_KM;
}

function plain(
	streams: Streams,
	along: Along,
	name: string,
	question: string,
	answer: string,
	series: Omit<Series, 'values'>,
	range?: PlotSpec['range'],
): Curve | undefined {
	const values = channel(streams, name);
	if (!values || !plottable(values)) return undefined;
	const mark = (value: number) => number(value);
	const spec = { along, zoomable: true, compact: true, mark, steps: WHOLE, range };
	return { question, answer, spec: { ...spec, series: [{ ...series, values }] } };
}

/** A few metres up and down are no hills, and shall not look like some. */
function hilly(least: number, most: number): [number, number] {
	const margin = Math.max((most - least) * 0.08, (LEAST_HILL_M - (most - least)) / 2);
	return [least - margin, most + margin];
}
const LEAST_HILL_M = 30;

/** Centred means over a few samples; a gap stays a gap. */
export function smoothed(values: Values): Values {
	const half = SMOOTHED_OVER >> 1;
	return values.map((value, at) => {
		if (typeof value !== 'number') return value;
		const near = values.slice(Math.max(0, at - half), at + half + 1).filter((one) => typeof one === 'number');
		return near.reduce((sum, one) => sum + one, 0) / near.length;
	});
}

function percentile(values: Values, part: number): number {
	const known = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
	return known[Math.floor((known.length - 1) * part)] ?? SLOWEST_S_PER_KM;
}
