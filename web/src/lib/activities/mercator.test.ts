import { describe, expect, it } from 'vitest';
import { addressOf, cover, placed, projected, zoomOf, type View } from './mercator';

/** A drawing of 480 by 460 whose north-west is at this point of the world. */
const view = (left: number, top: number, scale: number): View => ({
	left,
	top,
	scale,
	width: 480,
	height: 460,
});

describe('projected', () => {
	it('lays the world into a square', () => {
		expect(projected(0, 0)).toEqual({ x: 0.5, y: 0.5 });
		expect(projected(85.05112877980659, -180).x).toBe(0);
		expect(projected(85.05112877980659, -180).y).toBeCloseTo(0, 12);
		expect(projected(-90, 180).y).toBeCloseTo(1, 12);
	});
	it('finds the tile that OpenStreetMap’s own formula finds', () => {
		// n = 2^z; x = n (lon + 180) / 360; y = n (1 - ln(tan φ + sec φ) / π) / 2
		for (const [latitude, longitude] of [
			[52.3731, 4.8922],
			[-33.8568, 151.2153],
			[64.1466, -21.9426],
		] as const) {
			const angle = (latitude * Math.PI) / 180;
			const { x, y } = projected(latitude, longitude);
			expect(x * 2 ** 15).toBeCloseTo((2 ** 15 * (longitude + 180)) / 360, 6);
			const row = (2 ** 15 * (1 - Math.log(Math.tan(angle) + 1 / Math.cos(angle)) / Math.PI)) / 2;
			expect(y * 2 ** 15).toBeCloseTo(row, 6);
		}
	});
});

describe('zoomOf', () => {
	it('takes the tiles that are shown nearest to 256 px', () => {
		for (const [scale, shown, zoom] of [
			[256 * 2 ** 14, 480, 14],
			[256 * 2 ** 14 * 1.4, 480, 14],
			[256 * 2 ** 14 * 1.5, 480, 15],
			// The same drawing on a phone is half as wide, so its tiles are of one zoom less.
			[256 * 2 ** 14, 240, 13],
		] as const)
			expect(zoomOf(view(0, 0, scale), shown)).toBe(zoom);
	});
	it('ends where servers end', () => {
		expect(zoomOf(view(0, 0, 256 * 2 ** 30), 480)).toBe(17);
		expect(zoomOf(view(0, 0, 100), 480)).toBe(0);
		expect(zoomOf(view(0, 0, 256), 0)).toBe(0);
	});
});

describe('cover', () => {
	it('leaves no part of the drawing bare and takes no tile beside it', () => {
		for (const shift of [0, 0.1, 0.5, 0.999]) {
			const drawing = view((8412 + shift) / 2 ** 14, (5384 + shift) / 2 ** 14, 300 * 2 ** 14);
			const tiles = cover(drawing, 14);
			for (const { left, top, size } of tiles) {
				expect(size).toBeCloseTo(300, 6);
				expect(left < 480 && left + size > 0 && top < 460 && top + size > 0).toBe(true);
			}
			const reach = (edge: 'left' | 'top') => [
				Math.min(...tiles.map((tile) => tile[edge])),
				Math.max(...tiles.map((tile) => tile[edge] + tile.size)),
			];
			expect(reach('left')[0]).toBeLessThanOrEqual(1e-6);
			expect(reach('left')[1]).toBeGreaterThanOrEqual(480 - 1e-6);
			expect(reach('top')[0]).toBeLessThanOrEqual(1e-6);
			expect(reach('top')[1]).toBeGreaterThanOrEqual(460 - 1e-6);
		}
	});
	it('holds a position at the same place of its tile as of the drawing', () => {
		const at = projected(52.3731, 4.8922);
		const drawing = view(at.x - 1e-5, at.y - 1e-5, 256 * 2 ** 15 * 1.2);
		const { x, y } = placed(drawing, at);
		const tile = cover(drawing, 15).find(
			({ left, top, size }) => left <= x && x < left + size && top <= y && y < top + size,
		)!;
		expect(tile.column).toBe(Math.floor(at.x * 2 ** 15));
		expect(tile.row).toBe(Math.floor(at.y * 2 ** 15));
		expect((x - tile.left) / tile.size).toBeCloseTo((at.x * 2 ** 15) % 1, 5);
	});
	it('has nothing beyond the poles and goes round at the date line', () => {
		const world = cover(view(0.75, -0.5, 480), 1);
		expect(world.map(({ column, row }) => [column, row])).toEqual([
			[1, 0],
			[2, 0],
			[3, 0],
		]);
		expect(world.map((tile) => addressOf('/{z}/{x}/{y}', tile))).toEqual(['/1/1/0', '/1/0/0', '/1/1/0']);
		const rows = cover(view(0, 0.75, 480), 1).map(({ row }) => row);
		expect(new Set(rows)).toEqual(new Set([1]));
	});
});

describe('addressOf', () => {
	it('fills the places wherever they are, and counts columns within the world', () => {
		const tile = { zoom: 3, column: -1, row: 2, left: 0, top: 0, size: 256 };
		expect(addressOf('https://a.example/{y}/{z}.png?x={x}', tile)).toBe('https://a.example/2/3.png?x=7');
	});
});
