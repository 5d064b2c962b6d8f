// The files of an activity in words. Pure.
import type { ActivityDetail } from '$lib/api/endpoints';
import { clock, distance, number } from '$lib/format/quantities';

/** A file's own name, without the folders of the archive that it came in. */
export function baseName(path: string): string {
	return path.split(/[/\\]/).findLast((part) => part !== '') ?? path;
}

export interface Difference {
	name: string;
	device: string;
	ours: string;
	percent: number | null;
}

const metres = (value: number) => `${number(value)} m`;
const seconds = (value: number) => clock(value);
const FIELDS: Record<string, [string, (value: number) => string]> = {
	distance_m: ['Distance', (value) => `${distance(value).value} ${distance(value).unit}`],
	ascent_m: ['Ascent', metres],
	descent_m: ['Descent', metres],
	elapsed_s: ['Elapsed time', seconds],
	moving_time_s: ['Moving time', seconds],
	timer_s: ['Timer', seconds],
	avg_hr_bpm: ['Heart rate', (value) => `${number(value)} bpm`],
	max_hr_bpm: ['Highest heart rate', (value) => `${number(value)} bpm`],
	avg_cadence_per_min: ['Cadence', (value) => `${number(value)} /min`],
	avg_power_w: ['Power', (value) => `${number(value)} W`],
	energy_kcal: ['Energy', (value) => `${number(value)} kcal`],
};

export function differences(found: ActivityDetail['device_differences']): Difference[] {
	return found.map(({ field, device, ours, difference_percent }) => {
		const [name, tell] = FIELDS[field] ?? [field.replaceAll('_', ' '), (value: number) => number(value, 1)];
		const told = (value: number | null | undefined) => (typeof value === 'number' ? tell(value) : '–');
		return { name, device: told(device), ours: told(ours), percent: difference_percent ?? null };
	});
}
