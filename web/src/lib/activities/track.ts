// A track as a path in a drawing, north up, in Web Mercator, so that it lies the same with a map under it and without.
// Lengths are right to within a thousandth over the extent of a day's training. Never here: the map's tiles (mercator.ts).
import type { Values } from '$lib/chart/series';
import { placed, projected, type Point, type View } from './mercator';

export interface Track {
	/** Which part of the world the drawing shows. */
	view: View;
	/** The stretches between gaps, as SVG path data. */
	path: string;
	/** Where each sample lies; null without a position. */
	points: (Point | null)[];
	/** How many metres 1 of the drawing's units is. */
	metresPerUnit: number;
}

const METRES_AROUND = 111_320 * 360;
/** The least extent that is drawn, so that a metre of the scale fits in. */
const LEAST_M = 10;

/** Whether there is a line to draw: of a single position there is none. */
export function hasLine(latitudes: Values, longitudes: Values): boolean {
	const isKnown = (_: unknown, at: number) =>
		typeof latitudes[at] === 'number' && typeof longitudes[at] === 'number';
	return latitudes.filter(isKnown).length >= 2;
}

/** Fits the track into a drawing of this size, with a margin. Null when there are no two positions. */
export function track(
	latitudes: Values,
	longitudes: Values,
	width: number,
	height: number,
	margin = 18,
): Track | null {
	const positions = latitudes.map((latitude, at) => {
		const longitude = longitudes[at];
		return typeof latitude === 'number' && typeof longitude === 'number' ? { latitude, longitude } : null;
	});
	const known = positions.filter((position) => position !== null);
	if (known.length < 2) return null;
	const [south, north] = extent(known.map(({ latitude }) => latitude));
	const [west, east] = extent(unwrapped(known.map(({ longitude }) => longitude)));
	const [upper, lower] = [projected(north, west), projected(south, east)];
	const narrowing = Math.cos((((south + north) / 2) * Math.PI) / 180);
	const least = LEAST_M / (METRES_AROUND * narrowing);
	const across = Math.max(lower.x - upper.x, least);
	const down = Math.max(lower.y - upper.y, least);
	const scale = Math.min((width - 2 * margin) / across, (height - 2 * margin) / down);
	const view = {
		left: (upper.x + lower.x - width / scale) / 2,
		top: (upper.y + lower.y - height / scale) / 2,
		scale,
		width,
		height,
	};
	const wraps = east > 180;
	const points = positions.map((position) => {
		if (!position) return null;
		const { latitude, longitude } = position;
		const { x, y } = placed(view, projected(latitude, wraps && longitude < 0 ? longitude + 360 : longitude));
		return { x: round(x), y: round(y) };
	});
	return { view, path: pathOf(points), points, metresPerUnit: (METRES_AROUND * narrowing) / scale };
}

/** A round length for the scale bar: the longest of 1, 2, 5 · 10ⁿ metres that fits into this many units, at least 1 m. */
export function scaleBar(metresPerUnit: number, room: number): { metres: number; units: number } {
	const most = metresPerUnit * room;
	const power = Math.max(1, 10 ** Math.floor(Math.log10(most)));
	const metres = [5, 2, 1].map((step) => step * power).find((length) => length <= most) ?? power;
	return { metres, units: metres / metresPerUnit };
}

/** The index of the sample that lies nearest to a point of the drawing. */
export function nearest(points: (Point | null)[], to: Point): number | null {
	let best: number | null = null;
	let least = Infinity;
	points.forEach((point, at) => {
		if (!point) return;
		const far = (point.x - to.x) ** 2 + (point.y - to.y) ** 2;
		if (far < least) [least, best] = [far, at];
	});
	return best;
}

/** Points as SVG path data, interrupted where one is not known. */
export function pathOf(points: (Point | null)[]): string {
	let drawing = false;
	return points
		.map((point) => {
			const step = point ? `${drawing ? 'L' : 'M'}${point.x} ${point.y}` : '';
			drawing = point !== null;
			return step;
		})
		.join('');
}

/** Longitudes on both sides of the date line, brought together. */
function unwrapped(longitudes: number[]): number[] {
	const [west, east] = extent(longitudes);
	return east - west > 180 ? longitudes.map((at) => (at < 0 ? at + 360 : at)) : longitudes;
}

function extent(values: number[]): [number, number] {
	return values.reduce<[number, number]>(
		([least, most], value) => [Math.min(least, value), Math.max(most, value)],
		[Infinity, -Infinity],
	);
}

const round = (value: number) => Math.round(value * 10) / 10;
