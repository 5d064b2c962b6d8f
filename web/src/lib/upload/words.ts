// What became of files, in words.
import { count, number } from '$lib/format/quantities';
import type { Haul } from './collect';
import type { Row, Tally } from './rows';

export interface Counts {
	imported: number;
	merged: number;
	duplicates: number;
	refused: number;
	pending?: number;
}

export function countsOf(tally: Tally): Counts {
	const { imported, merged, duplicate: duplicates, refused } = tally;
	return { imported, merged, duplicates, refused };
}

/** `41 imported, 2 duplicates, 1 refused`: nothing of what there was none of. */
export function sum({ imported, merged, duplicates, refused, pending = 0 }: Counts): string {
	const parts = [
		imported > 0 && `${number(imported)} imported`,
		merged > 0 && `${number(merged)} merged`,
		duplicates > 0 && count(duplicates, 'duplicate'),
		refused > 0 && `${number(refused)} refused`,
		pending > 0 && `${number(pending)} to be read`,
	].filter((part) => part !== false);
	return parts.join(', ');
}

/** What to add to an upload that has not come to its end. */
export function unfinished(status: string): string {
	if (status === 'processing') return ' · being read';
	return status === 'interrupted' ? ' · stopped before its end' : '';
}

/** What to say of a row. */
export function words(row: Row): string {
	switch (row.stage) {
		case 'waiting':
			return 'Waiting';
		case 'sending':
			return row.share < 1 ? `Sending, ${Math.floor(row.share * 100)} %` : 'Sent';
		case 'reading':
			return row.said ? capital(row.said) : 'Being read';
		case 'failed':
			return row.said ?? 'Not sent';
		default:
			return capital(row.said ?? row.stage);
	}
}

/** What was left aside when files were chosen; null when nothing was. */
export function leftAside({ files, passedOver, unreadable, stravaTable }: Haul): string | null {
	const parts: string[] = [];
	if (files.length === 0) parts.push('No training files found: they end in .fit, .tcx, .gpx or .zip.');
	else if (passedOver > 0)
		parts.push(
			`${count(passedOver, 'other file')} in the folder ${passedOver === 1 ? 'was' : 'were'} left aside.`,
		);
	if (unreadable > 0) parts.push(`${count(unreadable, 'file')} could not be opened by the browser.`);
	if (stravaTable)
		parts.push('For the titles and gear of a Strava export, upload the archive itself (.zip).');
	return parts.length > 0 ? parts.join(' ') : null;
}

function capital(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}
