// Finer samples of a stretch that the plots are zoomed into, set into the thinned ones of the whole. Pure.
import type { Streams } from '$lib/api/endpoints';
import type { Values } from '$lib/chart/series';

/** Seconds from the start of the activity. */
export interface Stretch {
	from_s: number;
	to_s: number;
}

/** What a stretch of the axis is in seconds, from the drawn sample before it to the one after it. */
export function secondsOf(streams: Streams, x: number[], zoom: [number, number]): Stretch | null {
	const first = Math.max(
		0,
		x.findLastIndex((at) => at <= zoom[0]),
	);
	const next = x.findIndex((at) => at >= zoom[1]);
	const from_s = streams.time_s[first];
	const to_s = streams.time_s[next < 0 ? x.length - 1 : next];
	return from_s === undefined || to_s === undefined || to_s <= from_s ? null : { from_s, to_s };
}

/** Whether an answer holds every sample of a stretch. */
export function holdsAll({ points, in_window, time_s }: Streams, { from_s, to_s }: Stretch): boolean {
	const [first, last] = [time_s[0], time_s.at(-1)];
	return points === in_window && first !== undefined && last !== undefined && first <= from_s && last >= to_s;
}

/** The samples of the whole, with those of the part in the place of the ones that lie between its ends. */
export function withPart(whole: Streams, part: Streams): Streams {
	const [from, to] = [part.time_s[0], part.time_s.at(-1)];
	if (from === undefined || to === undefined) return whole;
	const before = whole.time_s.filter((time) => time < from).length;
	const after = whole.time_s.filter((time) => time <= to).length;
	const set = <T>(all: T[], some: T[]) => [...all.slice(0, before), ...some, ...all.slice(after)];
	const nothing = part.time_s.map(() => null);
	const finer = part.channels as Record<string, Values | undefined>;
	const channels = Object.entries(whole.channels as Record<string, Values>).map(([name, values]) => [
		name,
		set(values, finer[name] ?? nothing),
	]);
	const time_s = set(whole.time_s, part.time_s);
	return {
		...whole,
		time_s,
		points: time_s.length,
		channels: Object.fromEntries(channels) as Streams['channels'],
	};
}

/** The index of the sample nearest to a time; null for no time. */
export function sampleAt(times: number[], time: number | null | undefined): number | null {
	if (typeof time !== 'number' || times.length === 0) return null;
	const next = times.findIndex((at) => at >= time);
	if (next < 0) return times.length - 1;
	const closer = next > 0 && time - (times[next - 1] ?? 0) < (times[next] ?? 0) - time;
	return closer ? next - 1 : next;
}
