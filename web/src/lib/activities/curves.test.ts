import { describe, expect, it } from 'vitest';
import type { Streams } from '$lib/api/endpoints';
import { axis, curves, smoothed } from './curves';

const streams = (channels: Record<string, (number | null)[]>) =>
	({
		activity_id: '',
		samples: 4,
		points: 4,
		recorded: [],
		time_s: [0, 5, 10, 15],
		channels,
	}) as unknown as Streams;

describe('axis', () => {
	it('by distance only ever goes forward', () => {
		const { along, x } = axis(streams({ distance_m: [0, 20, 20, null] }), 'metres');
		expect(along).toBe('metres');
		expect(x.every((value, at) => at === 0 || value > x[at - 1]!)).toBe(true);
	});
	it('falls back to time without a distance', () => {
		expect(axis(streams({ distance_m: [null, null, null, null] }), 'metres').along).toBe('seconds');
	});
});

describe('curves', () => {
	it('show only what was recorded', () => {
		const shown = curves(
			streams({ heart_rate_bpm: [1, 2, 3, 4], power_w: [null, null, null, null] }),
			'run',
			'seconds',
		);
		expect(shown.map((curve) => curve.spec.series[0]?.name)).toEqual(['heart rate']);
	});
	it('tell pace on foot and km/h on wheels', () => {
		const speeds = { speed_m_s: [4, 4, 4, 0.1] };
		const told = (sport: string) => {
			const series = curves(streams(speeds), sport, 'seconds')[0]?.spec.series[0];
			return series?.tell?.(series.values[0] ?? null);
		};
		expect(told('run')).toBe('4:10 /km');
		expect(told('cycling')).toBe('14.4 km/h');
	});
	it('leave standing still out of the pace', () => {
		const pace = curves(streams({ speed_m_s: [0, 0, 0, 0] }), 'run', 'seconds')[0]?.spec.series[0];
		expect(pace?.values).toEqual([null, null, null, null]);
	});
});

describe('smoothed', () => {
	it('keeps gaps and does not count them as zero', () =>
		expect(smoothed([3, null, 5])).toEqual([4, null, 4]));
});
