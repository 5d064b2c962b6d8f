import { describe, expect, it } from 'vitest';
import type { DeletedActivity, Page } from '$lib/api/endpoints';
import { Problem } from '$lib/api/problem';
import { DeletedList } from './deleted.svelte';

const row = (id: string, sport = 'run') => ({ id, sport }) as DeletedActivity;

interface Asked {
	cursor: string | null;
	give: (ids: string[], next?: string) => Promise<void>;
	fail: () => Promise<void>;
}

/** A server that answers when the test says so. */
function begin(restore: () => Promise<void> = async () => undefined) {
	const asked: Asked[] = [];
	const settled = () => new Promise<void>((done) => setTimeout(done));
	const list = new DeletedList({
		restore,
		page: (cursor) =>
			new Promise<Page<DeletedActivity>>((done, refuse) =>
				asked.push({
					cursor,
					give: (ids, next) => (
						done({ items: ids.map((id) => row(id)), next_cursor: next ?? null }),
						settled()
					),
					fail: () => (refuse(Problem.silence()), settled()),
				}),
			),
	});
	return { list, asked, ids: () => list.rows.map(({ id }) => id) };
}

describe('the list of what was deleted', () => {
	it('goes on to the next page when everything that is shown was restored', async () => {
		const { list, asked, ids } = begin();
		await asked[0]?.give(['a', 'b'], 'second');
		await list.restore(row('a'));
		expect(asked.length).toBe(1);
		await list.restore(row('b'));
		expect(asked[1]?.cursor).toBe('second');
		await asked[1]?.give(['c']);
		expect([ids(), list.waiting, list.ended]).toEqual([['c'], false, true]);
	});

	it('loses no page when an event is restored while the next one is on its way', async () => {
		const { list, asked, ids } = begin();
		await asked[0]?.give(['event', 'a'], 'second');
		void list.more();
		await list.restore(row('event', 'multisport'));
		expect(asked.map(({ cursor }) => cursor)).toEqual([null, 'second', null]);
		await asked[1]?.give(['b']);
		expect([ids(), list.waiting], 'overtaken').toEqual([[], true]);
		await asked[2]?.give(['a', 'leg'], 'third');
		expect([ids(), list.waiting, list.ended]).toEqual([['a', 'leg'], false, false]);
	});

	it('tells no failure of a request that was overtaken', async () => {
		const { list, asked } = begin();
		await asked[0]?.give(['event'], 'second');
		void list.more();
		await list.restore(row('event', 'multisport'));
		await asked[1]?.fail();
		expect([list.problem, list.waiting]).toEqual([undefined, true]);
	});

	it('drops what is not there to be restored any more, and keeps what was refused', async () => {
		const refusals = [new Problem(404, 'not_found', 'Not found'), new Problem(503, 'unavailable', 'Busy')];
		const { list, asked, ids } = begin(async () => {
			throw refusals.shift();
		});
		await asked[0]?.give(['a', 'b']);
		expect(await list.restore(row('a'))).toBe('gone');
		expect(await list.restore(row('b'))).toBe('refused');
		expect([ids(), list.refused.b]).toEqual([['b'], 'Busy']);
	});
});
