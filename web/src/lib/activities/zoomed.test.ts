import { describe, expect, it } from 'vitest';
import type { Streams } from '$lib/api/endpoints';
import { holdsAll, sampleAt, secondsOf, withPart } from './zoomed';

const streams = (time_s: number[], channels: Record<string, (number | null)[]>, in_window: number) =>
	({
		activity_id: '',
		samples: 100,
		in_window,
		points: time_s.length,
		recorded: [],
		time_s,
		channels,
	}) as unknown as Streams;

const whole = streams(
	[0, 10, 20, 30, 40],
	{ distance_m: [0, 30, 60, 90, 120], power_w: [1, 2, 3, 4, 5] },
	100,
);

describe('the seconds of a stretch of the axis', () => {
	const x = [0, 30, 60, 90, 120];
	it('reach the samples around it', () =>
		expect(secondsOf(whole, x, [35, 61])).toEqual({ from_s: 10, to_s: 30 }));
	it('end with the activity', () => {
		expect(secondsOf(whole, x, [-5, 30])).toEqual({ from_s: 0, to_s: 10 });
		expect(secondsOf(whole, x, [95, 500])).toEqual({ from_s: 30, to_s: 40 });
	});
	it('are none without samples', () => expect(secondsOf(streams([], {}, 0), [], [0, 1])).toBeNull());
});

describe('an answer', () => {
	const part = streams([10, 15, 20], {}, 3);
	it('holds every sample of what it covers', () => {
		expect(holdsAll(part, { from_s: 10, to_s: 20 })).toBe(true);
		expect(holdsAll(part, { from_s: 12, to_s: 18 })).toBe(true);
		expect(holdsAll(part, { from_s: 9, to_s: 20 })).toBe(false);
		expect(holdsAll(part, { from_s: 10, to_s: 21 })).toBe(false);
	});
	it('does not when it was thinned', () => {
		expect(holdsAll({ ...part, in_window: 9 }, { from_s: 12, to_s: 18 })).toBe(false);
		expect(holdsAll(whole, { from_s: 10, to_s: 20 })).toBe(false);
	});
});

describe('finer samples', () => {
	it('take the place of the thinned ones', () => {
		const part = streams([10, 15, 20], { distance_m: [30, 45, 60] }, 3);
		const { time_s, points, channels } = withPart(whole, part);
		expect(time_s).toEqual([0, 10, 15, 20, 30, 40]);
		expect(points).toBe(6);
		expect(channels).toEqual({
			distance_m: [0, 30, 45, 60, 90, 120],
			power_w: [1, null, null, null, 4, 5],
		});
	});
	it('change nothing when there are none', () => expect(withPart(whole, streams([], {}, 0))).toBe(whole));
});

describe('the sample at a time', () => {
	it('is the nearest', () => {
		expect([-1, 4, 6, 40, 99].map((time) => sampleAt(whole.time_s, time))).toEqual([0, 0, 1, 4, 4]);
		expect(sampleAt(whole.time_s, null)).toBeNull();
		expect(sampleAt([], 3)).toBeNull();
	});
});
