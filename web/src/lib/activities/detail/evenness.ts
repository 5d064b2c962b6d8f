// How even a session was: the second half against the first, in words. Pure.
import type { Split } from '$lib/api/endpoints';
import { clock } from '$lib/format/quantities';

/** Halves that differ by less are the same to a person. */
const EVEN = 0.01;
/** Fewer splits have no halves to speak of. */
const FEWEST = 4;
const DID: Record<string, string> = { run: 'ran', cycling: 'rode', walking: 'walked', hiking: 'walked' };

interface Timed {
	metres: number;
	seconds: number;
}

/** Nothing for few splits. With an odd number the middle one belongs to neither half. */
export function evenness(splits: Split[], sport: string): string {
	const whole = splits.flatMap((split): Timed[] => {
		const { distance_m: metres, moving_time_s: moving, elapsed_s: elapsed, is_partial } = split;
		const seconds = moving ?? elapsed;
		return is_partial || !metres || !seconds ? [] : [{ metres, seconds }];
	});
	if (whole.length < FEWEST) return '';
	const half = whole.length >> 1;
	const first = sum(whole.slice(0, half));
	const second = sum(whole.slice(-half));
	const slower = (second.seconds / second.metres) * first.metres - first.seconds;
	const did = DID[sport] ?? 'did';
	if (Math.abs(slower) < EVEN * first.seconds) return `You ${did} both halves at the same speed, within 1 %.`;
	return `You ${did} the second half ${clock(Math.abs(slower))} ${slower > 0 ? 'slower' : 'faster'} than the first.`;
}

function sum(parts: Timed[]): Timed {
	return {
		metres: parts.reduce((total, { metres }) => total + metres, 0),
		seconds: parts.reduce((total, { seconds }) => total + seconds, 0),
	};
}
