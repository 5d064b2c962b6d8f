import { describe, expect, it } from 'vitest';
import { bytes, clock, count, distance, hours, number, signed, speed, standardDistance } from './quantities';

describe('clock', () => {
	it('carries a rounded second into the minute and the hour', () => {
		expect(clock(59.6)).toBe('1:00');
		expect(clock(3599.7)).toBe('1:00:00');
	});
	it('pads seconds, and minutes only below hours', () => {
		expect(clock(65)).toBe('1:05');
		expect(clock(3861)).toBe('1:04:21');
	});
	it('shows nothing for what is absent, and zero for zero', () => {
		expect([clock(null), clock(undefined), clock(Number.NaN)]).toEqual(['–', '–', '–']);
		expect(clock(0)).toBe('0:00');
	});
});

describe('hours', () => {
	it('changes to hours at sixty rounded minutes', () => {
		expect(hours(59 * 60 + 40)).toBe('1 h 00 min');
		expect(hours(25_500)).toBe('7 h 05 min');
		expect(hours(90)).toBe('2 min');
	});
});

describe('distance', () => {
	it('changes unit where the rounded value does', () => {
		expect(distance(999.4)).toEqual({ value: '999', unit: 'm' });
		expect(distance(999.6)).toEqual({ value: '1.00', unit: 'km' });
	});
	it('drops a digit from 100 km on and groups thousands', () => {
		expect(distance(99_996).value).toBe('100.0');
		expect(distance(1_234_500).value).toBe('1,234.5');
	});
	it('is absent when not known', () => expect(distance(null).value).toBe('–'));
});

describe('standardDistance', () => {
	it('names what runners name', () => {
		expect([400, 1000, 1609.34, 5000, 16_093.4, 21_097.5, 42_195].map(standardDistance)).toEqual([
			'400 m',
			'1 km',
			'1 mile',
			'5 km',
			'10 miles',
			'Half marathon',
			'Marathon',
		]);
	});
});

describe('speed', () => {
	it('is pace on foot, per 100 m in water, km/h on wheels', () => {
		expect(speed(321.3, 'run')).toEqual({ value: '5:21', unit: '/km' });
		expect(speed(1080, 'swimming')).toEqual({ value: '1:48', unit: '/100 m' });
		expect(speed(140.2, 'cycling')).toEqual({ value: '25.7', unit: 'km/h' });
	});
	it('of standing still is absent, not infinite', () => expect(speed(0, 'cycling').value).toBe('–'));
});

describe('numbers', () => {
	it('signs changes with a true minus and leaves a rounded zero unsigned', () => {
		expect([signed(3.14), signed(-2), signed(0.04), signed(-0.04)]).toEqual(['+3.1', '−2.0', '0.0', '0.0']);
	});
	it('never shows a negative zero', () => expect(number(-0.2)).toBe('0'));
	it('counts in words', () => expect([count(1, 'run'), count(1204, 'run')]).toEqual(['1 run', '1,204 runs']));
	it('tells bytes', () =>
		expect([bytes(999), bytes(58_181), bytes(4_944_877)]).toEqual(['999 B', '58 kB', '4.9 MB']));
});
