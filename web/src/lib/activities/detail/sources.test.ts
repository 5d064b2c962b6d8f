import { describe, expect, it } from 'vitest';
import { baseName, differences } from './sources';

describe('baseName', () => {
	it('leaves the folders away', () => {
		expect(baseName('season/2026/easy.fit')).toBe('easy.fit');
		expect(baseName('C:\\export\\easy.fit.gz')).toBe('easy.fit.gz');
		expect(baseName('easy.fit')).toBe('easy.fit');
	});
});

describe('differences', () => {
	it('are told in the units of their field', () =>
		expect(
			differences([
				{ field: 'ascent_m', device: 12, ours: 3, difference_percent: -75 },
				{ field: 'new_field', device: 1, ours: null },
			]),
		).toEqual([
			{ name: 'Ascent', device: '12 m', ours: '3 m', percent: -75 },
			{ name: 'new field', device: '1.0', ours: '–', percent: null },
		]));
});
