// The filters of the list, as they stand in the page's address: what is in the address is the list, so that a filtered
// list can be kept and sent. Kilometres there and on the page, metres for the API.
import type { ActivityQuery } from '$lib/api/endpoints';

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

export function query(filters: Filters): ActivityQuery {
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

/** What a person typed, with a comma or a point; nothing for what is no number. */
function quantity(text: string): number | undefined {
	const value = Number(text.replace(',', '.'));
	return text.trim() !== '' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function metres(text: string): number | undefined {
	const kilometres = quantity(text);
	return kilometres === undefined ? undefined : Math.round(kilometres * 1000);
}
