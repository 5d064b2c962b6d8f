// uPlot's options for our series: colours by function, so that a change of theme is a redraw.
import type uPlot from 'uplot';
import { civilDate, civilDay, civilDayShort } from '$lib/format/dates';
import { clock, number } from '$lib/format/quantities';
import { chartColour, token } from './palette';
import { lonely, type Along, type Series, type Shade } from './series';

export interface PlotSpec {
	along: Along;
	series: Series[];
	shades?: Shade[];
	/** Labels of the vertical axis. */
	mark: (value: number) => string;
	/** Least and most of the vertical axis, where the data must not choose. */
	range?: (least: number, most: number) => [number, number];
	/** Steps that the vertical axis may count in: such that its labels, rounded as they are, say where they stand. */
	steps: number[];
	/** Smaller values at the top, as for pace. */
	inverted?: boolean;
	zoomable?: boolean;
	compact?: boolean;
}

export const FONT = '12px system-ui, sans-serif';

export function tellAlong(along: Along, value: number): string {
	if (along === 'days') return civilDay(civilDate(value));
	return along === 'seconds' ? clock(value) : `${number(value / 1000, 2)} km`;
}

export function options(
	Plot: typeof uPlot,
	spec: PlotSpec,
	size: uPlot.Options['width'],
	height: number,
): uPlot.Options {
	const bars = spec.series.some((series) => series.kind === 'bars');
	return {
		width: size,
		height,
		legend: { show: false },
		// The last label of a distance or a time stands under the very edge.
		padding: [8, spec.along === 'days' ? 4 : 22, 0, 0],
		cursor: {
			y: false,
			points: { show: !bars, size: 7 },
			drag: { x: spec.zoomable ?? false, y: false, setScale: false },
		},
		scales: {
			x: { time: false, range: xRange(spec, bars) },
			y: { range: yRange(spec), dir: spec.inverted ? -1 : 1 },
		},
		axes: [xAxis(spec), yAxis(spec)],
		series: [{}, ...spec.series.map((series) => drawn(Plot, series))],
		bands: bands(spec.series),
		hooks: { drawClear: [(plot) => shade(plot, spec.shades ?? [])] },
	};
}

function xRange({ along }: PlotSpec, bars: boolean): uPlot.Scale.Range {
	const margin = bars ? 4 * 86_400 : along === 'days' ? 86_400 : 0;
	return (_, least, most) => [least - margin, most + margin];
}

function yRange({ range }: PlotSpec): uPlot.Scale.Range {
	return (_, least, most) => {
		if (least === null || most === null) return [0, 1];
		if (range) return range(least, most);
		const margin = (most - least || Math.abs(most) || 1) * 0.08;
		return [least - margin, most + margin];
	};
}

function xAxis({ along, compact }: PlotSpec): uPlot.Axis {
	return {
		font: FONT,
		size: compact ? 22 : 28,
		gap: 4,
		stroke: () => token('--ink-soft'),
		grid: { show: false },
		ticks: { stroke: () => token('--line'), size: 4, width: 1 },
		space: along === 'days' ? 64 : 56,
		...(along === 'days' ? { splits: months, values: (_, at) => at.map(monthName) } : {}),
		...(along === 'seconds'
			? {
					incrs: [60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400],
					values: (_, at) => at.map((s) => clock(s)),
				}
			: {}),
		...(along === 'metres'
			? { values: (_, at) => at.map((m) => `${number(m / 1000, m % 1000 === 0 ? 0 : 1)} km`) }
			: {}),
	};
}

/** The first of each month, or of every second, third … month, as many as fit; days for a short span. */
function months(plot: uPlot, _: number, least: number, most: number): number[] {
	const room = Math.max(2, Math.floor(plot.width / 72));
	const first = new Date(least * 1000);
	const all: number[] = [];
	for (let month = 0; month < 60; month++) {
		const at = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + month, 1) / 1000;
		if (at > most) break;
		if (at >= least) all.push(at);
	}
	if (all.length >= 3) return all.filter((__, at) => at % Math.ceil(all.length / room) === 0);
	const step = Math.max(1, Math.ceil((most - least) / 86_400 / room)) * 86_400;
	const days: number[] = [];
	for (let at = Math.ceil(least / 86_400) * 86_400; at <= most; at += step) days.push(at);
	return days;
}

function monthName(seconds: number): string {
	const date = new Date(seconds * 1000);
	const [, month] = civilDayShort(civilDate(seconds)).split(' ');
	if (date.getUTCDate() !== 1) return civilDayShort(civilDate(seconds));
	return date.getUTCMonth() === 0 ? String(date.getUTCFullYear()) : (month ?? '');
}

function yAxis({ mark, steps, compact }: PlotSpec): uPlot.Axis {
	return {
		font: FONT,
		size: 46,
		gap: 6,
		space: compact ? 22 : 34,
		incrs: steps,
		stroke: () => token('--ink-soft'),
		grid: { stroke: () => token('--line'), width: 1 },
		ticks: { show: false },
		values: (_, at) => at.map(mark),
	};
}

function drawn(Plot: typeof uPlot, series: Series): uPlot.Series {
	const stroke = () => chartColour(series.colour);
	const base: uPlot.Series = {
		label: series.name,
		stroke,
		width: series.width ?? 2,
		dash: series.dash,
		spanGaps: false,
	};
	const alone = lonely(series.values);
	switch (series.kind) {
		case 'dots':
			return {
				...base,
				paths: () => null,
				points: { show: true, size: 5, width: 0, fill: () => chartColour(series.colour, 0.55) },
			};
		case 'bars':
			return { ...base, ...barred(Plot, series) };
		case 'area':
			return {
				...base,
				points: { show: false },
				fill: () => chartColour(series.colour, 0.14),
				fillTo: grounded,
			};
		case 'band':
			return { ...base, width: 0, points: { show: false } };
		case 'line':
			return {
				...base,
				points: {
					show: false,
					size: 5,
					width: 0,
					fill: stroke,
					filter: () => alone,
				},
			};
	}
}

/** Areas are filled to zero where zero is in sight, else to the ground of the plot. */
function grounded(plot: uPlot): number {
	const { min = 0, max = 0 } = plot.scales.y ?? {};
	return min <= 0 && max >= 0 ? 0 : min;
}

function barred(Plot: typeof uPlot, { colour, partial = [] }: Series): Partial<uPlot.Series> {
	const make = Plot.paths.bars;
	if (!make) return {};
	const each = (paint: (whole: boolean) => string) => (plot: uPlot) =>
		Array.from(plot.data[0] ?? [], (_, at) => paint(partial[at] !== true));
	return {
		width: 1.5,
		points: { show: false },
		paths: make({
			size: [0.72, 40],
			radius: 0.15,
			disp: {
				stroke: { unit: 3, values: each(() => chartColour(colour)) },
				fill: { unit: 3, values: each((whole) => (whole ? chartColour(colour) : token('--surface'))) },
			},
		}),
	};
}

function bands(series: Series[]): uPlot.Band[] {
	return series.flatMap((one, at) =>
		one.kind === 'band' && series[at + 1]?.kind === 'band'
			? [{ series: [at + 1, at + 2] as [number, number], fill: () => chartColour(one.colour, 0.14) }]
			: [],
	);
}

function shade(plot: uPlot, shades: Shade[]): void {
	const { ctx, bbox } = plot;
	for (const { from, to, name } of shades) {
		const left = Math.max(bbox.left, plot.valToPos(from, 'x', true));
		const right = Math.min(bbox.left + bbox.width, plot.valToPos(to, 'x', true));
		if (right <= left) continue;
		ctx.save();
		ctx.fillStyle = token('--sunken');
		ctx.fillRect(left, bbox.top, right - left, bbox.height);
		ctx.fillStyle = token('--ink-soft');
		ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
		ctx.textBaseline = 'top';
		if (ctx.measureText(name).width < right - left - 8) ctx.fillText(name, left + 6, bbox.top + 6);
		ctx.restore();
	}
}
