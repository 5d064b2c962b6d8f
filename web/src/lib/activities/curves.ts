// The channels of an activity as plots above one another. Pure. Never here: drawing.
import type { Streams } from '$lib/api/endpoints';
import type { PlotSpec } from '$lib/chart/options';
import type { Along, Series, Values } from '$lib/chart/series';
import { clock, number, speed, speedUnit } from '$lib/format/quantities';

export interface Curve {
	question: string;
	spec: PlotSpec;
}

/** A pace slower than this is standing about, and would squeeze the rest of the plot. */
const SLOWEST_S_PER_KM = 1200;
const SMOOTHED_OVER = 5;

export function channel(streams: Streams, name: string): Values | undefined {
	const values = (streams.channels as Record<string, Values | undefined>)[name];
	return values?.some((value) => value !== null) ? values : undefined;
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

export function curves(streams: Streams, sport: string, along: Along): Curve[] {
	const made: (Curve | undefined)[] = [
		fast(streams, sport, along),
		plain(streams, along, 'heart_rate_bpm', 'How hard did the heart work?', {
			name: 'heart rate',
			colour: 'orange',
			kind: 'line',
			width: 1.5,
			tell: (value) => `${number(value)} bpm`,
		}),
		plain(streams, along, 'power_w', 'How much power?', {
			name: 'power',
			colour: 'blue',
			kind: 'line',
			width: 1.5,
			tell: (value) => `${number(value)} W`,
		}),
		plain(streams, along, 'altitude_m', 'How hilly was it?', {
			name: 'elevation',
			colour: 'green',
			kind: 'area',
			width: 1.5,
			tell: (value) => `${number(value)} m`,
		}),
		plain(
			streams,
			along,
			'cadence_per_min',
			sport === 'run' ? 'How quick were the steps?' : 'What cadence?',
			{
				name: 'cadence',
				colour: 'purple',
				kind: 'dots',
				tell: (value) => `${number(value)} /min`,
			},
		),
	];
	return made.filter((curve) => curve !== undefined);
}

/** Pace on foot and in water, faster above; km/h on wheels. */
function fast(streams: Streams, sport: string, along: Along): Curve | undefined {
	const speeds = channel(streams, 'speed_m_s');
	if (!speeds) return undefined;
	const unit = speedUnit(sport);
	const smooth = smoothed(speeds);
	const paces = smooth.map((value) =>
		value === null || value < 1000 / SLOWEST_S_PER_KM ? null : 1000 / value,
	);
	const wheels = unit === 'km/h';
	return {
		question: 'How fast were you?',
		spec: {
			along,
			zoomable: true,
			compact: true,
			inverted: !wheels,
			mark: (value) => (wheels ? number(value) : clock(unit === '/km' ? value : value / 10)),
			range: wheels ? undefined : (least, most) => [least * 0.97, Math.min(most, typical(paces) * 1.6)],
			series: [
				{
					name: wheels ? 'speed' : 'pace',
					kind: 'line',
					colour: 'blue',
					width: 1.5,
					values: wheels ? smooth.map((value) => value && value * 3.6) : paces,
					tell: (value) => {
						const told = speed(wheels && value ? 3600 / value : value, sport);
						return `${told.value} ${told.unit}`;
					},
				},
			],
		},
	};
}

function plain(
	streams: Streams,
	along: Along,
	name: string,
	question: string,
	series: Omit<Series, 'values'>,
): Curve | undefined {
	const values = channel(streams, name);
	if (!values) return undefined;
	const spec = { along, zoomable: true, compact: true, mark: (value: number) => number(value) };
	return { question, spec: { ...spec, series: [{ ...series, values }] } };
}

/** Centred means over a few samples; a gap stays a gap. */
export function smoothed(values: Values): Values {
	const half = SMOOTHED_OVER >> 1;
	return values.map((value, at) => {
		if (value === null) return null;
		const near = values.slice(Math.max(0, at - half), at + half + 1).filter((one) => one !== null);
		return near.reduce((sum, one) => sum + one, 0) / near.length;
	});
}

function typical(values: Values): number {
	const known = values.filter((value) => value !== null).sort((a, b) => a - b);
	return known[known.length >> 1] ?? SLOWEST_S_PER_KM;
}
