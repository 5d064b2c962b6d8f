// Days and times as the athlete lives them: instants in the athlete's zone, civil days as they are.
// Never here: the browser's own zone.

/** Cached formatters: making one costs far more than using it. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	const key = zone + JSON.stringify(options);
	const ready = formatters.get(key) ?? new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options });
	formatters.set(key, ready);
	return ready;
}

/** An instant as a day of the athlete: `Wed 4 Mar 2026`. */
export function day(instant: string, zone: string): string {
	return formatter(zone, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })
		.format(new Date(instant))
		.replace(',', '');
}

/** An instant as the clock on the athlete's wall: `19:07`. */
export function timeOfDay(instant: string, zone: string): string {
	return formatter(zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(instant));
}

/** A civil day (`2026-03-04`) in words: `4 Mar 2026`. It belongs to no zone, so none may shift it. */
export function civilDay(date: string): string {
	return formatter('UTC', { day: 'numeric', month: 'short', year: 'numeric' }).format(
		civilInstant(date) * 1000,
	);
}

/** A civil day without its year: `4 Mar`. */
export function civilDayShort(date: string): string {
	return formatter('UTC', { day: 'numeric', month: 'short' }).format(civilInstant(date) * 1000);
}

/** Seconds since 1970 of a civil day's start as if it were UTC: what charts count by. */
export function civilInstant(date: string): number {
	return Date.parse(`${date}T00:00:00Z`) / 1000;
}

/** The civil day of such seconds. */
export function civilDate(seconds: number): string {
	return new Date(seconds * 1000).toISOString().slice(0, 10);
}

/** The civil day that it is for the athlete at an instant. */
export function todayIn(zone: string, now: Date): string {
	return formatter(zone, { year: 'numeric', month: '2-digit', day: '2-digit' })
		.formatToParts(now)
		.reduce((parts, { type, value }) => parts.replace(type, value), 'year-month-day');
}
