import { expect, test } from 'vitest';
import type { Replayed, Statistics } from './calls';
import { counted, fromNow, replayed, roughly, standing } from './words';

test('a count that was not counted to its end says so', () => {
	expect([0, 9999, 10_000].map(counted)).toEqual(['0', '9,999', '10,000 or more']);
});

test('a time is told in one unit', () => {
	expect([0, 99, 100, 5999, 7200, 172_800, 864_000].map(roughly)).toEqual([
		'0 s',
		'99 s',
		'2 min',
		'100 min',
		'2 h',
		'2 days',
		'10 days',
	]);
	const now = Date.parse('2026-06-15T12:00:00Z');
	expect(
		['2026-06-15T12:00:01Z', '2026-06-15T12:05:00Z', '2026-06-15T10:00:00Z'].map((at) => fromNow(at, now)),
	).toEqual(['now', 'in 5 min', '2 h ago']);
});

test('the line of all says what rests', () => {
	const of = (running: number, pending: number, ...paused: string[]) =>
		standing({
			statistics: { running, pending },
			queues: [{ name: 'open', paused_at: null }, ...paused.map((name) => ({ name, paused_at: 'x' }))],
		} as unknown as Statistics);
	expect(of(0, 0)).toBe('Nothing waits and nothing runs.');
	expect(of(2, 10_000, 'mail')).toBe('2 running, 10,000 or more waiting. Paused: mail.');
});

test('a replay says what waits again and what does not', () => {
	const of = (outcomes: string[], has_more = false) =>
		replayed({
			results: outcomes.map((outcome) => ({ id: '1', outcome, job_id: null })),
			queued: outcomes.filter((outcome) => outcome === 'queued').length,
			has_more,
		} as Replayed);
	expect(of(['queued'])).toBe('1 job waits again.');
	expect(of(['queued', 'queued', 'unknown'], true)).toBe('2 jobs wait again; 1 does not. There are more.');
	expect(of(['key_taken', 'key_taken'])).toBe(
		'0 jobs wait again; 2 do not, because others about the same have not ended.',
	);
});
