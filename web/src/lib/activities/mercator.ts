// Web Mercator (EPSG:3857) as a drawing, and the tiles that lie under it. Pure. Never here: loading tiles (Tiles.svelte).

export interface Point {
	x: number;
	y: number;
}

/** Which part of the world a drawing shows. The world is a square of side 1 with its north-west at 0, 0. */
export interface View {
	/** Where the drawing's left and top edge lie in the world. */
	left: number;
	top: number;
	/** How many of the drawing's units the world is wide. */
	scale: number;
	/** The drawing's size in its units. */
	width: number;
	height: number;
}

/** A tile and where it lies, in the drawing's units. Its column is counted on when the drawing goes over the date line. */
export interface Tile {
	zoom: number;
	column: number;
	row: number;
	left: number;
	top: number;
	size: number;
}

/** How wide servers draw a tile, in px. */
const TILE = 256;
/** The deepest zoom that nearly every server of tiles has; a smaller part of the world is drawn larger. */
const DEEPEST = 17;
/** Where the square of the world ends: atan(sinh(π)). */
const NORTHMOST = 85.05112877980659;

/** Where a position lies in the world; 1 further for each turn to the east. */
export function projected(latitude: number, longitude: number): Point {
	const north = (Math.max(-NORTHMOST, Math.min(NORTHMOST, latitude)) * Math.PI) / 180;
	return { x: (longitude + 180) / 360, y: 0.5 - Math.asinh(Math.tan(north)) / (2 * Math.PI) };
}

/** Where a point of the world lies in the drawing. */
export function placed({ left, top, scale }: View, { x, y }: Point): Point {
	return { x: (x - left) * scale, y: (y - top) * scale };
}

/** The zoom whose tiles come nearest to the size that servers draw them in, for a drawing shown this many px wide. */
export function zoomOf({ scale, width }: View, shown: number): number {
	const worldPx = (scale * shown) / width;
	return Math.max(0, Math.min(DEEPEST, Math.round(Math.log2(worldPx / TILE))));
}

/** Every tile of a zoom that the drawing shows a part of, row by row. */
export function cover(view: View, zoom: number): Tile[] {
	const count = 2 ** zoom;
	const size = view.scale / count;
	const first = (edge: number) => Math.floor(edge * count);
	const last = (edge: number, length: number) => Math.ceil((edge + length / view.scale) * count) - 1;
	const rows = range(Math.max(0, first(view.top)), Math.min(count - 1, last(view.top, view.height)));
	const columns = range(first(view.left), last(view.left, view.width));
	return rows.flatMap((row) =>
		columns.map((column) => {
			const { x, y } = placed(view, { x: column / count, y: row / count });
			return { zoom, column, row, left: x, top: y, size };
		}),
	);
}

/** A tile's address. */
export function addressOf(template: string, { zoom, column, row }: Tile): string {
	const count = 2 ** zoom;
	const names: Record<string, number> = { z: zoom, x: ((column % count) + count) % count, y: row };
	return template.replaceAll(/\{([xyz])\}/g, (_, name: string) => String(names[name]));
}

function range(from: number, to: number): number[] {
	return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
}
