import { beforeEach, expect, it } from 'vitest';
import { belongTo, end, hear, hold, over, whose } from './whose.svelte';

const seen = { stopped: 0, forgotten: 0 };
hold({ stop: () => seen.stopped++, forget: () => seen.forgotten++ });
beforeEach(() => {
	belongTo('a');
	Object.assign(seen, { stopped: 0, forgotten: 0 });
});

it('ends when nobody is signed in, and when somebody else is', () => {
	hear(null);
	expect([over(), seen.stopped]).toEqual(['left', 1]);
	hear('b');
	expect([over(), seen.stopped]).toEqual(['another', 2]);
	expect([whose(), seen.forgotten]).toEqual(['a', 0]);
});

it('goes on for the same athlete alone, who finds what they had', () => {
	hear('b');
	hear('a');
	expect([over(), seen.forgotten]).toEqual([null, 0]);
	belongTo('a');
	expect(seen.forgotten).toBe(0);
});

it('drops what it held when the page becomes somebody else’s', () => {
	end('another');
	belongTo('b');
	expect([whose(), over(), seen.forgotten]).toEqual(['b', null, 1]);
});
