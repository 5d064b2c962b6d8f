import { describe, expect, it } from 'vitest';
import type { Profile } from '$lib/api/endpoints';
import { changeOf, draftOf, parsePace, parseWhole } from './fields';
import { allZones, findZones, offset } from './zones';

const profile: Profile = {
	id: 'a',
	email: 'r@example.org',
	display_name: 'Robin',
	role: 'athlete',
	timezone: 'Europe/Berlin',
	is_demo: false,
	created_at: '',
	max_hr_bpm: 188,
	threshold_pace_s_per_km: 254.6,
};

describe('a pace', () => {
	it('is read as people write it', () => {
		for (const text of ['4:15', ' 4:15 /km', '04:15', `4'15"`, '4:15 min/km'])
			expect(parsePace(text)).toBe(255);
	});
	it('is refused when it is none', () => {
		for (const text of ['', '4', '4.15', '4:5', '4:60', '-4:15', 'abc', '4:15 /mi'])
			expect(parsePace(text)).toBeUndefined();
	});
});

describe('a whole number', () => {
	it('may have its unit', () => {
		expect(['168', '168 bpm', ' 240W '].map(parseWhole)).toEqual([168, 168, 240]);
		expect(['', '1.5', '1e3', '-3', 'x'].map(parseWhole)).toEqual(Array(5).fill(undefined));
	});
});

describe('the form', () => {
	it('sends nothing when nothing was changed, not even a rounded pace', () => {
		expect(changeOf(draftOf(profile), profile)).toEqual({ patch: {}, errors: {} });
	});
	it('sends what was changed, and null for what was emptied', () => {
		const draft = {
			...draftOf(profile),
			display_name: ' Robin K ',
			max_hr_bpm: '',
			threshold_pace_s_per_km: '4:20',
		};
		expect(changeOf(draft, profile).patch).toEqual({
			display_name: 'Robin K',
			max_hr_bpm: null,
			threshold_pace_s_per_km: 260,
		});
	});
	it('names the fields that cannot be read', () => {
		const draft = { ...draftOf(profile), resting_hr_bpm: 'low', threshold_pace_s_per_km: '4.15' };
		const { patch, errors } = changeOf(draft, profile);
		expect([patch, Object.keys(errors)]).toEqual([{}, ['resting_hr_bpm', 'threshold_pace_s_per_km']]);
	});
});

describe('time zones', () => {
	const zones = allZones('Asia/Kolkata', ['America/New_York', 'Europe/Berlin', 'Europe/York']);
	it('hold the one that is set, and UTC', () => {
		expect(zones).toContain('Asia/Kolkata');
		expect(zones).toContain('UTC');
	});
	it('are found by any part, cities first', () => {
		expect(findZones(zones, 'york')).toEqual(['Europe/York', 'America/New_York']);
		expect(findZones(zones, 'new york')).toEqual(['America/New_York']);
		expect(findZones(zones, 'europe ber')).toEqual(['Europe/Berlin']);
		expect(findZones(zones, 'atlantis')).toEqual([]);
	});
	it('tell their offset', () => {
		const winter = new Date('2026-01-15T12:00:00Z');
		expect(offset('Europe/Berlin', winter)).toBe('UTC+01:00');
		expect(offset('America/New_York', winter)).toBe('UTC−05:00');
		expect(offset('No/Where', winter)).toBe('');
	});
});
