// The profile as a form: what stands in its fields, and what of it is to be sent. Pure.
import type { Profile } from '$lib/api/endpoints';
import type { components } from '$lib/api/schema';
import { clock } from '$lib/format/quantities';

export type ProfilePatch = components['schemas']['AthletePatch'];

/** The fields as text, by the API's names. */
export interface Draft {
	display_name: string;
	timezone: string;
	sex: string;
	birthdate: string;
	resting_hr_bpm: string;
	max_hr_bpm: string;
	threshold_hr_bpm: string;
	threshold_pace_s_per_km: string;
	threshold_power_w: string;
}

export const NUMBERS = ['resting_hr_bpm', 'max_hr_bpm', 'threshold_hr_bpm', 'threshold_power_w'] as const;

export function draftOf(profile: Profile): Draft {
	const text = (value: number | null | undefined) =>
		value === null || value === undefined ? '' : String(value);
	const pace = profile.threshold_pace_s_per_km;
	return {
		display_name: profile.display_name,
		timezone: profile.timezone,
		sex: profile.sex ?? '',
		birthdate: profile.birthdate ?? '',
		resting_hr_bpm: text(profile.resting_hr_bpm),
		max_hr_bpm: text(profile.max_hr_bpm),
		threshold_hr_bpm: text(profile.threshold_hr_bpm),
		threshold_pace_s_per_km: pace === null || pace === undefined ? '' : clock(pace),
		threshold_power_w: text(profile.threshold_power_w),
	};
}

/** `4:15`, `4:15 /km`, `4'15"` as seconds a kilometre; undefined when it is none. */
export function parsePace(text: string): number | undefined {
	const match = /^\s*(\d{1,2})\s*[:'’′]\s*(\d{2})\s*["”″]?\s*(?:min)?\s*(?:\/\s*km)?\s*$/i.exec(text);
	if (!match) return undefined;
	const seconds = Number(match[2]);
	return seconds < 60 ? Number(match[1]) * 60 + seconds : undefined;
}

/** A whole number, with or without its unit behind it; undefined when it is none. */
export function parseWhole(text: string): number | undefined {
	const match = /^\s*(\d{1,6})\s*(?:bpm|w|watts?)?\s*$/i.exec(text);
	return match ? Number(match[1]) : undefined;
}

export type FieldErrors = Partial<Record<keyof Draft, string>>;

export interface Change {
	patch: ProfilePatch;
	errors: FieldErrors;
}

/** What differs from the profile. An emptied field becomes null; the server judges what is plausible. */
export function changeOf(draft: Draft, profile: Profile): Change {
	const before = draftOf(profile);
	const errors: FieldErrors = {};
	const patch: Record<string, unknown> = {};
	for (const name of Object.keys(before) as (keyof Draft)[]) {
		if (draft[name].trim() === before[name]) continue;
		const value = read(name, draft[name].trim());
		if (value === undefined) errors[name] = name.includes('pace') ? PACE_WORDS : WHOLE_WORDS;
		else patch[name] = value;
	}
	return { patch: patch as ProfilePatch, errors };
}

const PACE_WORDS = 'Minutes and seconds, such as 4:15.';
const WHOLE_WORDS = 'A whole number, such as 168.';

function read(name: keyof Draft, text: string): string | number | null | undefined {
	// The server tells that a name must not be empty.
	if (name === 'display_name' || name === 'timezone') return text;
	if (text === '') return null;
	if (name === 'sex' || name === 'birthdate') return text;
	return name === 'threshold_pace_s_per_km' ? parsePace(text) : parseWhole(text);
}
