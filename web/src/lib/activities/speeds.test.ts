import { describe, expect, it } from 'vitest';
import { speedsBetween } from './speeds';

const seconds = (many: number, step = 1) => Array.from({ length: many }, (_, at) => at * step);

describe('speedsBetween', () => {
	it('is the speed of steady motion, to the very ends', () => {
		const times = seconds(60);
		for (const speed of speedsBetween(
			times.map((time) => time * 3),
			times,
		))
			expect(speed).toBeCloseTo(3, 9);
	});
	it('takes ten seconds about each sample, so that one false place is no sprint', () => {
		const times = seconds(40);
		const metres = times.map((time) => time * 3 + (time === 20 ? 8 : 0));
		expect(Math.max(...speedsBetween(metres, times).map(Number))).toBeLessThan(4);
	});
	it('goes over samples without a distance and not over gaps', () => {
		expect(speedsBetween([0, undefined, 40, null, 500, 540], [0, 5, 10, 15, 20, 30])).toEqual([
			4,
			undefined,
			4,
			null,
			4,
			4,
		]);
	});
	it('takes the steps of a long activity as they are', () => {
		const times = seconds(5, 90);
		expect(speedsBetween(times, times)).toEqual([1, 1, 1, 1, 1]);
	});
	it('knows nothing of samples that are far apart, or alone', () => {
		expect(speedsBetween([0, 3, 6, 9, 300], [0, 1, 2, 3, 100])[4]).toBeNull();
		expect(speedsBetween([0], [0])).toEqual([null]);
	});
});
