// Time zones to choose from, and how they are found: by any part of the name, whatever its case and underscores.

/** The browser's own list, with UTC and with the zone that is set even if the browser calls it otherwise. */
export function allZones(present: string, known: string[] = Intl.supportedValuesOf('timeZone')): string[] {
	return [...new Set([...known, 'UTC', present].filter(Boolean))].sort();
}

export function browserZone(): string {
	return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const plain = (text: string) => text.toLowerCase().replace(/[_/]+/g, ' ').trim();

/** The zones that hold every word of the query; those whose city begins with it first. */
export function findZones(zones: string[], query: string): string[] {
	const wanted = plain(query);
	if (wanted === '') return zones;
	const words = wanted.split(/\s+/);
	const city = (zone: string) => plain(zone.split('/').at(-1) ?? zone);
	const matches = zones.filter((zone) => words.every((word) => plain(zone).includes(word)));
	return [
		...matches.filter((zone) => city(zone).startsWith(wanted)),
		...matches.filter((zone) => !city(zone).startsWith(wanted)),
	];
}

/** `UTC+01:00`, as it is at an instant; empty for a zone that the browser does not know. */
export function offset(zone: string, at: Date): string {
	try {
		const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'longOffset' });
		const name = parts.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? '';
		return name.replace('GMT', 'UTC').replace('-', '−');
	} catch {
		return '';
	}
}
