import { describe, expect, it } from 'vitest';
import { civilDate, civilDay, civilInstant, day, timeOfDay, todayIn } from './dates';

describe('instants', () => {
	it('fall on the day of the athlete, not of UTC', () => {
		expect(day('2021-01-19T23:30:50Z', 'Europe/Amsterdam')).toBe('Wed 20 Jan 2021');
		expect(day('2021-01-19T23:30:50Z', 'America/New_York')).toBe('Tue 19 Jan 2021');
	});
	it('follow the zone through daylight saving', () => {
		expect(timeOfDay('2026-03-28T08:00:00Z', 'Europe/Amsterdam')).toBe('09:00');
		expect(timeOfDay('2026-03-29T08:00:00Z', 'Europe/Amsterdam')).toBe('10:00');
	});
	it('write midnight as 00:00', () =>
		expect(timeOfDay('2026-06-01T22:00:00Z', 'Europe/Amsterdam')).toBe('00:00'));
});

describe('civil days', () => {
	it('are shifted by no zone', () => expect(civilDay('2026-03-04')).toBe('4 Mar 2026'));
	it('come back from the seconds of a chart', () => {
		expect(civilDate(civilInstant('2024-02-29'))).toBe('2024-02-29');
	});
	it('know today where the athlete is', () => {
		const now = new Date('2026-12-31T23:30:00Z');
		expect(todayIn('Europe/Amsterdam', now)).toBe('2027-01-01');
		expect(todayIn('America/New_York', now)).toBe('2026-12-31');
	});
});
