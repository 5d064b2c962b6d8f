import { describe, expect, it } from 'vitest';
import { lonely } from './series';

describe('lonely', () => {
	it('finds the values that no line reaches', () =>
		expect(lonely([1, null, 2, 3, null, 4, undefined, 5, null, 6])).toEqual([0, 9]));
	it('finds none in an unbroken line', () => expect(lonely([1, 2, 3])).toEqual([]));
});
