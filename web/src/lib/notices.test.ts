import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { dismissAll, leave, notices, notify, stay } from './notices.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
	dismissAll();
	vi.useRealTimers();
});

it('goes by itself, and not while somebody is at it', () => {
	notify('“Morning run” is deleted.');
	const { id } = notices[0]!;
	vi.advanceTimersByTime(11_000);
	stay(id);
	vi.advanceTimersByTime(60_000);
	expect(notices.length).toBe(1);
	leave(id);
	vi.advanceTimersByTime(11_000);
	expect(notices.length).toBe(1);
	vi.advanceTimersByTime(2_000);
	expect(notices.length).toBe(0);
});

it('is gone with who it speaks to', () => {
	notify('One');
	notify('Other');
	dismissAll();
	expect(notices.length).toBe(0);
	vi.advanceTimersByTime(60_000);
});

it('is not told twice, unless its way on leads elsewhere', () => {
	const back = vi.fn();
	notify('“Easy run” is deleted.', { label: 'Undo', run: back });
	notify('“Easy run” is deleted.', { label: 'Undo', run: back });
	notify('“Easy run” is deleted.', { label: 'Undo', run: () => undefined });
	notify('Profile saved');
	notify('Profile saved');
	expect(notices.map(({ text }) => text)).toEqual([
		'“Easy run” is deleted.',
		'“Easy run” is deleted.',
		'Profile saved',
	]);
});
