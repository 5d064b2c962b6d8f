import { describe, expect, it } from 'vitest';
import { inSight, mostInSight } from './window';

describe('inSight', () => {
	it('draws a window of rows, however long the list', () => {
		const { first, end } = inSight(250_000, 900, 50, 10_000);
		expect([first, end]).toEqual([4988, 5030]);
	});
	it('begins at the first row while the list is below the edge', () => {
		expect(inSight(-300, 900, 50, 10_000)).toEqual({ first: 0, end: 24 });
	});
	it('stays inside a list that became shorter than the scroll', () => {
		expect(inSight(250_000, 900, 50, 10)).toEqual({ first: 10, end: 10 });
		expect(inSight(0, 900, 50, 0)).toEqual({ first: 0, end: 0 });
	});
});

describe('mostInSight', () => {
	it('is never less than what is in sight, wherever the edge cuts a row', () => {
		for (let top = 5000; top < 5060; top += 7) {
			const { first, end } = inSight(top, 901, 46, 1000);
			expect(end - first).toBeLessThanOrEqual(mostInSight(901, 46));
		}
	});
});
