import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Problem } from '$lib/api/problem';
import { Recompute, underWay, type Job } from './recompute.svelte';

const job = (id: string, status: string) => ({ id, status }) as Job;
const away = () => Promise.reject(new Problem(503, 'unavailable', 'Away'));

beforeEach(() => {
	vi.useFakeTimers();
	vi.stubGlobal('document', { visibilityState: 'visible' });
});
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

test('what runs is told of, else the one whose turn is next', () => {
	const [last, first, runs] = [job('3', 'pending'), job('2', 'pending'), job('1', 'running')];
	expect(underWay([last, first, runs])).toBe(runs);
	expect(underWay([last, first, job('1', 'completed')])).toBe(first);
	expect(underWay([job('2', 'failed'), job('1', 'cancelled')])).toBeUndefined();
});

test('it is looked at until it is done, also while nobody answers, and not any more then', async () => {
	const answers = [
		() => Promise.resolve([job('1', 'pending')]),
		away,
		() => Promise.resolve([job('1', 'running')]),
		() => Promise.resolve([job('1', 'completed')]),
	];
	const asked = vi.fn(() => (answers.shift() ?? away)());
	const recompute = new Recompute('kim', asked);
	await recompute.look();
	expect(recompute.job?.status).toBe('pending');
	await vi.advanceTimersByTimeAsync(1000);
	// What is known stays.
	expect(recompute.job?.status).toBe('pending');
	await vi.advanceTimersByTimeAsync(4000);
	expect(recompute.job?.status).toBe('running');
	await vi.advanceTimersByTimeAsync(1000);
	expect(recompute.job).toBeUndefined();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(asked).toHaveBeenCalledTimes(4);
});

test('who has left the page asks for nothing more, and one out of sight waits', async () => {
	const asked = vi.fn(() => Promise.resolve([job('1', 'running')]));
	const recompute = new Recompute('kim', asked);
	await recompute.look();
	vi.stubGlobal('document', { visibilityState: 'hidden' });
	await vi.advanceTimersByTimeAsync(10_000);
	expect(asked).toHaveBeenCalledTimes(1);
	vi.stubGlobal('document', { visibilityState: 'visible' });
	await vi.advanceTimersByTimeAsync(1000);
	expect(asked).toHaveBeenCalledTimes(2);
	recompute.leave();
	await vi.advanceTimersByTimeAsync(10_000);
	expect(asked).toHaveBeenCalledTimes(2);
});
