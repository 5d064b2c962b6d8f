import { describe, expect, it } from 'vitest';
import type { Streams } from '$lib/api/endpoints';
import { axis, curves, hardlyRecorded, readout, smoothed, stretch } from './curves';

const streams = (channels: Record<string, (number | null)[]>) =>
	({
		activity_id: '',
		samples: 4,
		in_window: 4,
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
			{ sport: 'run' },
			'seconds',
		);
		expect(shown.map((curve) => curve.spec.series[0]?.name)).toEqual(['heart rate']);
	});
	it('draw a pace from distance and time where no speed was recorded, and say so', () => {
		const [fast] = curves(streams({ distance_m: [0, 20, 40, 60] }), { sport: 'run' }, 'metres');
		expect(fast?.spec.series[0]?.values).toEqual([250, 250, 250, 250]);
		expect(fast?.answer).toMatch(/no speed was recorded/i);
	});
	it('have labels that say where they stand', () => {
		const all = { speed_m_s: [3, 3, 3, 3], altitude_m: [10, 10, 10, 10], heart_rate_bpm: [9, 9, 9, 9] };
		for (const sport of ['run', 'cycling', 'swimming'])
			for (const { spec, question } of curves(streams(all), { sport }, 'seconds'))
				for (const step of spec.steps) {
					const told = [1, 2, 3].map((times) => spec.mark(times * step));
					expect(new Set(told).size, `${question} ${step}`).toBe(3);
					if (!told[0]?.includes(':')) expect(Number(told[0]?.replaceAll(',', ''))).toBe(step);
				}
	});
	it('make no hills of a few metres', () => {
		const [hills] = curves(streams({ altitude_m: [10, 12, 14, 11] }), { sport: 'run' }, 'seconds');
		const [least, most] = hills?.spec.range?.(10, 14) ?? [0, 0];
		expect(most - least).toBe(30);
	});
	it('tell pace on foot and km/h on wheels', () => {
		const speeds = { speed_m_s: [4, 4, 4, 0.1] };
		const told = (sport: string) => {
			const series = curves(streams(speeds), { sport }, 'seconds')[0]?.spec.series[0];
			return series?.tell?.(series.values[0] ?? null);
		};
		expect(told('run')).toBe('4:10 /km');
		expect(told('cycling')).toBe('14.4 km/h');
	});
	it('do not let the slowest few samples squeeze the rest of the pace', () => {
		const speeds = [0.9, ...Array.from({ length: 99 }, (_, at) => 3 + (at % 2) * 0.2)];
		const spec = curves(streams({ speed_m_s: speeds }), { sport: 'run' }, 'seconds')[0]?.spec;
		const [least, most] = spec?.range?.(312, 1000) ?? [];
		expect(least).toBeLessThan(312);
		expect(most).toBeLessThan(500);
	});
	it('leave standing still out of the pace', () => {
		const pace = curves(streams({ speed_m_s: [0, 0, 0, 0] }), { sport: 'run' }, 'seconds')[0]?.spec.series[0];
		expect(pace?.values).toEqual([null, null, null, null]);
	});
});

describe('smoothed', () => {
	it('keeps gaps and does not count them as zero', () =>
		expect(smoothed([3, null, 5])).toEqual([4, null, 4]));
});

describe('hardlyRecorded', () => {
	it('names what is not drawn', () => {
		const rare = Array.from({ length: 100 }, (_, at) => (at === 0 ? 138 : null));
		const swim = streams({ heart_rate_bpm: rare, cadence_per_min: rare.map(() => 30) });
		expect(hardlyRecorded(swim)).toEqual(['heart rate']);
		expect(curves(swim, { sport: 'swimming' }, 'seconds')).toHaveLength(1);
	});
});

describe('readout', () => {
	const recorded = streams({
		distance_m: [0, 20, 1500, 1600],
		speed_m_s: [4, 4, 4, 4],
		heart_rate_bpm: [null, 110, 120, 130],
	});
	const shown = curves(recorded, { sport: 'run' }, 'metres');
	it('tells place, time and each value', () => {
		const { where, entries } = readout(recorded, shown, 2);
		expect(where).toBe('1.50 km · 0:10');
		expect(entries.map(({ value }) => value)).toEqual(['4:10 /km', '120 bpm']);
	});
	it('tells a gap as absent', () => expect(readout(recorded, shown, 0).entries[1]?.value).toBe('– bpm'));
});

describe('stretch', () => {
	const recorded = streams({});
	it('takes the samples around it', () => expect(stretch(recorded, [0, 20, 40, 60], 6, 9)).toEqual([20, 40]));
	it('ends with the activity', () => expect(stretch(recorded, [0, 20, 40, 60], 12, 99)).toEqual([40, 60]));
	it('is none without samples', () => expect(stretch({ ...recorded, time_s: [] }, [], 0, 9)).toBeNull());
});
