// A track as a path in a drawing, without a map: an equirectangular projection about the track's middle, north up.
// Right to within a thousandth over the extent of a day's training. Never here: tiles.
import type { Values } from '$lib/chart/series';

export interface Point {
	x: number;
	y: number;
}

export interface Track {
	width: number;
	height: number;
	/** The stretches between gaps, as SVG path data. */
	path: string;
	/** Where each sample lies; null without a position. */
	points: (Point | null)[];
	/** How many metres 1 of the drawing's units is. */
	metresPerUnit: number;
}

const METRES_PER_DEGREE = 111_320;

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
	const narrowing = Math.cos((((south + north) / 2) * Math.PI) / 180);
	const across = Math.max((east - west) * narrowing, 1e-6);
	const up = Math.max(north - south, 1e-6);
	const scale = Math.min((width - 2 * margin) / across, (height - 2 * margin) / up);
	const left = (width - across * scale) / 2;
	const top = (height - up * scale) / 2;
	const wraps = east > 180;
	const points = positions.map(
		(position) =>
			position && {
				x: round(
					left +
						((wraps && position.longitude < 0 ? position.longitude + 360 : position.longitude) - west) *
							narrowing *
							scale,
				),
				y: round(top + (north - position.latitude) * scale),
			},
	);
	return { width, height, path: pathOf(points), points, metresPerUnit: METRES_PER_DEGREE / scale };
}

/** A round length for the scale bar: the longest of 1, 2, 5 · 10ⁿ metres that fits into this many units. */
export function scaleBar(metresPerUnit: number, room: number): { metres: number; units: number } {
	const most = metresPerUnit * room;
	const power = 10 ** Math.floor(Math.log10(most));
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
