import { describe, expect, it } from 'vitest';
import { active, faults, query, read, write } from './filters';

const at = (search: string) => read(new URLSearchParams(search));

describe('filters', () => {
	it('come back from the address as they went in', () => {
		const search = '?sport=run&from=2026-01-01&to=2026-02-01&min_km=5&max_km=12.5&min_ascent=100&races=1';
		expect(write(at(search))).toBe(search);
		expect(active(at(search))).toBe(7);
	});
	it('leave a clean address when none is set', () => {
		expect(write(at(''))).toBe('');
		expect(active(at('?unknown=1'))).toBe(0);
	});
	it('ask in metres, and take a comma', () => {
		expect(query(at('?min_km=5,2&max_km=10'))).toMatchObject({
			min_distance_m: 5200,
			max_distance_m: 10_000,
		});
	});
	it('say what cannot be asked, and leave it out', () => {
		const told = (search: string) => Object.keys(faults(at(search)));
		expect(told('?sport=run&from=2026-01-01&to=2026-01-01&min_km=5&max_km=5&min_ascent=0')).toEqual([]);
		expect(told('?sport=chess&from=2026-02-30&to=soon&min_km=far&max_km=-3&min_ascent=1e999')).toEqual([
			'sport',
			'from',
			'to',
			'minKm',
			'maxKm',
			'minAscent',
		]);
		expect(told('?from=2026-02-02&to=2026-02-01')).toEqual(['to']);
		expect(told('?min_km=20&max_km=10')).toEqual(['maxKm']);
		expect(query(at('?from=2026-02-02&to=2026-02-01&sport=chess'))).toMatchObject({
			start_date: '2026-02-02',
			end_date: undefined,
			sport: undefined,
		});
	});
	it('do not ask what is no number', () => {
		expect(query(at('?min_km=far&max_km=-3'))).toMatchObject({
			min_distance_m: undefined,
			max_distance_m: undefined,
		});
	});
});
