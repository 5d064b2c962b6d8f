import { describe, expect, it } from 'vitest';
import { bridged, filled, told } from './gaps';

const times = [0, 5, 10, 15, 60, 65];

describe('bridged', () => {
	it('lets a line go on over a short gap', () =>
		expect(bridged([1, null, 3, 4, 5, 6], times)).toEqual([1, undefined, 3, 4, 5, 6]));
	it('keeps a long gap, and what is missing at the ends', () =>
		expect(bridged([null, 2, null, null, 5, null], times)).toEqual([null, 2, null, null, 5, null]));
	it('counts in steps where samples are far apart', () => {
		const hourly = [0, 60, 120, 180, 240];
		expect(bridged([1, null, 3, 4, 5], hourly)[1]).toBeUndefined();
	});
});

describe('filled', () => {
	it('takes what lies between', () =>
		expect(filled([1, null, 3, 4, 5, 6], times)).toEqual([1, 2, 3, 4, 5, 6]));
	it('goes on where a place is known once a minute only', () =>
		expect(filled([0, null, null, null, 60, 6], times)).toEqual([0, 5, 10, 15, 60, 6]));
});

describe('told', () => {
	it('is the value before inside a short gap, and none in a long one', () => {
		expect(told([1, undefined, 3], 1)).toBe(1);
		expect(told([1, null, 3], 1)).toBeNull();
		expect(told(undefined, 1)).toBeNull();
	});
});
