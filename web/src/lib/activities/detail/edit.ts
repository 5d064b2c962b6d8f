// What a form of an activity asks the API to change: only what is different. Pure.
import type { ActivityDetail, ActivityPatch } from '$lib/api/endpoints';

export interface Fields {
	name: string;
	sport: string;
	is_race: boolean;
	/** As typed; empty is none. */
	rpe: string;
	notes: string;
}

export function fieldsOf(activity: ActivityDetail): Fields {
	return {
		name: activity.name,
		sport: activity.sport,
		is_race: activity.is_race,
		rpe: typeof activity.rpe === 'number' ? String(activity.rpe) : '',
		notes: activity.notes ?? '',
	};
}

export function patchOf(activity: ActivityDetail, wanted: Fields): ActivityPatch {
	const before = fieldsOf(activity);
	const patch: ActivityPatch = {};
	const name = wanted.name.trim();
	const notes = wanted.notes.trim();
	if (name !== before.name.trim()) patch.name = name;
	if (wanted.sport !== before.sport) patch.sport = wanted.sport;
	if (wanted.is_race !== before.is_race) patch.is_race = wanted.is_race;
	if (wanted.rpe.trim() !== before.rpe) patch.rpe = wanted.rpe.trim() === '' ? null : Number(wanted.rpe);
	if (notes !== before.notes.trim()) patch.notes = notes === '' ? null : notes;
	return patch;
}
