import { expect, it } from 'vitest';
import { pauseAfter } from './again.svelte';

it('asks soon at first, and then less often', () => {
	expect([1, 2, 3, 4, 5, 50].map(pauseAfter)).toEqual([5000, 10_000, 20_000, 30_000, 30_000, 30_000]);
});
