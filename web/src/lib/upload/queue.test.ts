import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { UploadReport } from '$lib/api/endpoints';
import { Problem } from '$lib/api/problem';
import { anyUnsaved } from '$lib/unsaved';
import { belongTo, hear } from '$lib/whose.svelte';
import type { Haul } from './collect';
import type { Sent } from './send';

/** A server that answers when the test says so. */
const server = vi.hoisted(() => ({ answers: [] as ((sent: Sent) => void)[], report: vi.fn() }));
vi.mock('./calls', () => ({
	uploadReport: server.report,
	allLines: async () => [],
	post: (_form: FormData, _heard: unknown, signal: AbortSignal) =>
		new Promise<Sent>((done) => {
			server.answers.push(done);
			signal.addEventListener('abort', () => done({ status: 0, body: '', retryAfter: null }));
		}),
}));
const { UploadQueue } = await import('./queue.svelte');

const haul = (many: number): Haul => ({
	files: Array.from({ length: many }, (_, at) => ({ file: new File(['x'], `${at}.gpx`), folder: '' })),
	passedOver: 0,
	unreadable: 0,
	stravaTable: false,
});
const stages = (queue: InstanceType<typeof UploadQueue>) => queue.rows.map(({ stage }) => stage);
const settled = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
	vi.useFakeTimers();
	vi.stubGlobal('addEventListener', () => undefined);
	vi.stubGlobal('removeEventListener', () => undefined);
	server.answers = [];
	belongTo('kim');
});
afterEach(() => {
	belongTo('nobody');
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

it('sends nothing while somebody else is signed in, and waits for who brought it', async () => {
	const queue = new UploadQueue();
	await queue.add(haul(1));
	expect(server.answers.length).toBe(1);
	hear('robin');
	await settled();
	expect([stages(queue), queue.sending]).toEqual([['waiting'], false]);
	queue.again();
	await queue.add(haul(1));
	expect(server.answers.length, 'nothing goes out').toBe(1);
	hear('kim');
	queue.again();
	expect([server.answers.length, stages(queue)]).toEqual([2, ['sending', 'sending']]);
});

it('drops everything when the page becomes somebody else’s, also what is still being looked up', async () => {
	const queue = new UploadQueue();
	await queue.add(haul(1));
	const adding = queue.add(haul(51));
	belongTo('robin');
	await settled();
	await adding;
	expect([queue.rows, server.answers.length, anyUnsaved()]).toEqual([[], 1, false]);
});

it('calls nothing lost of what somebody else may not ask for', async () => {
	const queue = new UploadQueue();
	await queue.add(haul(1));
	server.report.mockRejectedValueOnce(new Problem(409, 'another_account', 'Another account'));
	const files = { items: [], next_cursor: null };
	const report = { id: 'u', status: 'processing', files, progress: { total: 1, pending: 1 } };
	server.report.mockResolvedValue(report as unknown as UploadReport);
	server.answers[0]?.({ status: 202, body: JSON.stringify(report), retryAfter: null });
	await settled();
	expect([stages(queue), queue.silent, server.report.mock.calls.length]).toEqual([['reading'], true, 1]);
	await vi.advanceTimersByTimeAsync(4000);
	expect([stages(queue), queue.silent]).toEqual([['reading'], false]);
});
