// The filters of the list, as they stand in the page's address: what is in the address is the list, so that a filtered
// list can be kept and sent. Kilometres there and on the page, metres for the API.
import type { ActivityQuery } from '$lib/api/endpoints';
import { civilDate } from '$lib/format/dates';
import { SPORTS } from '$lib/words/sports';

export interface Filters {
	sport: string;
	from: string;
	to: string;
	minKm: string;
	maxKm: string;
	minAscent: string;
	races: boolean;
}

export function read(search: URLSearchParams): Filters {
	const text = (name: string) => search.get(name) ?? '';
	return {
		sport: text('sport'),
		from: text('from'),
		to: text('to'),
		minKm: text('min_km'),
		maxKm: text('max_km'),
		minAscent: text('min_ascent'),
		races: search.get('races') === '1',
	};
}

export function write(filters: Filters): string {
	const pairs: [string, string][] = [
		['sport', filters.sport],
		['from', filters.from],
		['to', filters.to],
		['min_km', filters.minKm],
		['max_km', filters.maxKm],
		['min_ascent', filters.minAscent],
		['races', filters.races ? '1' : ''],
	];
	const search = new URLSearchParams(pairs.filter(([, value]) => value !== '')).toString();
	return search && `?${search}`;
}

/** How many filters are set. */
export const active = (filters: Filters) => Object.values(filters).filter(Boolean).length;

export type Faults = Partial<Record<keyof Filters, string>>;

/** What cannot be asked as it stands, in words, by field. */
export function faults(filters: Filters): Faults {
	const found: Faults = {};
	if (filters.sport && !SPORTS.includes(filters.sport)) found.sport = `There is no sport “${filters.sport}”.`;
	for (const name of ['from', 'to'] as const)
		if (filters[name] && !isDay(filters[name])) found[name] = `“${filters[name]}” is no day.`;
	for (const name of ['minKm', 'maxKm', 'minAscent'] as const)
		if (filters[name] && quantity(filters[name]) === undefined)
			found[name] = `“${filters[name]}” is no number.`;
	if (!found.from && !found.to && filters.from && filters.to && filters.from > filters.to)
		found.to = 'The last day lies before the first.';
	const [least, most] = [quantity(filters.minKm), quantity(filters.maxKm)];
	if (least !== undefined && most !== undefined && least > most)
		found.maxKm = 'The most is less than the least.';
	return found;
}

/** What is asked of the API; a field that cannot be asked is left out, which the page says. */
export function query(wanted: Filters): ActivityQuery {
	const filters = { ...wanted };
	for (const name of Object.keys(faults(wanted)) as (keyof Faults)[])
		if (name !== 'races') filters[name] = '';
	return {
		sport: filters.sport || undefined,
		start_date: filters.from || undefined,
		end_date: filters.to || undefined,
		min_distance_m: metres(filters.minKm),
		max_distance_m: metres(filters.maxKm),
		elev_gain_min: quantity(filters.minAscent),
		is_race: filters.races || undefined,
	};
}

/** A civil day that there is: no 30th of February. */
function isDay(text: string): boolean {
	const at = Date.parse(`${text}T00:00:00Z`);
	return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at) && civilDate(at / 1000) === text;
}

/** What a person typed, with a comma or a point; nothing for what is no number. */
function quantity(text: string): number | undefined {
	const value = Number(text.replace(',', '.'));
	return text.trim() !== '' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function metres(text: string): number | undefined {
	const kilometres = quantity(text);
	return kilometres === undefined ? undefined : Math.round(kilometres * 1000);
}
