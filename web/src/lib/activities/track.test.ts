import { describe, expect, it } from 'vitest';
import { projected } from './mercator';
import { hasLine, nearest, scaleBar, track } from './track';

describe('track', () => {
	it('keeps shapes: a square of metres is a square at any latitude', () => {
		const east = 0.01 / Math.cos((60.005 * Math.PI) / 180);
		const drawn = track([60, 60, 60.01, 60.01], [10, 10 + east, 10 + east, 10], 300, 300)!;
		const [a, b, c] = drawn.points as { x: number; y: number }[];
		expect(b!.x - a!.x).toBeCloseTo(b!.y - c!.y, 0);
	});
	it('has north above and east to the right', () => {
		const [south, north] = track([52, 53], [4, 5], 200, 200)!.points;
		expect(north!.y).toBeLessThan(south!.y);
		expect(north!.x).toBeGreaterThan(south!.x);
	});
	it('leaves gaps where there was no position', () => {
		const drawn = track([52, 52.1, null, 52.3, 52.4], [4, 4.1, null, 4.3, 4.4], 200, 200)!;
		expect(drawn.path.match(/M/g)).toHaveLength(2);
		expect(drawn.points[2]).toBeNull();
	});
	it('goes over the date line the short way', () => {
		const drawn = track([0, 0, 0.1], [179.9, -179.9, -179.9], 200, 200)!;
		expect(drawn.points[1]!.x).toBeGreaterThan(drawn.points[0]!.x);
		expect(drawn.metresPerUnit).toBeLessThan(1000);
	});
	it('tells how many metres a unit is, at any latitude', () => {
		for (const latitude of [0, 45, 70]) {
			const drawn = track([latitude, latitude + 0.01], [10, 10], 300, 300)!;
			const [south, north] = drawn.points;
			expect((south!.y - north!.y) * drawn.metresPerUnit).toBeCloseTo(1113.2, -1);
		}
	});
	it('lies in the part of the world that it says it shows', () => {
		const drawn = track([52, 52.1], [4, 4.3], 480, 460)!;
		const { left, top, scale } = drawn.view;
		const south = projected(52, 4);
		expect(drawn.points[0]!.x).toBeCloseTo((south.x - left) * scale, 0);
		expect(drawn.points[0]!.y).toBeCloseTo((south.y - top) * scale, 0);
	});
	it('is nothing without two positions', () => expect(track([52, null], [4, null], 200, 200)).toBeNull());
});

describe('beside the track', () => {
	it('stands a round scale that fits', () => {
		expect(scaleBar(10, 80)).toEqual({ metres: 500, units: 50 });
		expect(scaleBar(1.2, 80).metres).toBe(50);
	});
	it('tells no part of a metre', () => {
		expect(scaleBar(0.001, 110).metres).toBe(1);
		const standing = track([52, 52], [5, 5], 480, 460)!;
		const bar = scaleBar(standing.metresPerUnit, 110);
		expect([bar.metres, bar.units < 110]).toEqual([2, true]);
	});
	it('is a line from two positions on', () => {
		expect(hasLine([52, null, 52], [5, 5, null])).toBe(false);
		expect(hasLine([52, null, 52], [5, 5, 5])).toBe(true);
	});
	it('the nearest sample is found', () => {
		expect(nearest([{ x: 0, y: 0 }, null, { x: 10, y: 10 }], { x: 9, y: 8 })).toBe(2);
	});
});
