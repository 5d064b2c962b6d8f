import { beforeEach, expect, it, vi } from 'vitest';

/** A server that answers when the test says so. */
const server = vi.hoisted(() => ({ asked: [] as ((report: unknown) => void)[] }));
vi.mock('./calls', () => ({
	uploadReport: () => new Promise((done) => server.asked.push(done)),
	allLines: async () => [],
	retryFile: async () => line('pending', false),
}));
const { ReportOf } = await import('./report.svelte');

const line = (outcome: string, can_retry: boolean) => ({
	position: 1,
	file_name: '1.gpx',
	size_bytes: 1,
	outcome,
	can_retry,
	warnings: [],
});
const report = (status: string, outcome: string, can_retry: boolean) => ({
	id: 'u',
	status,
	files: { items: [line(outcome, can_retry)], next_cursor: null },
});
const settled = () => new Promise((done) => setTimeout(done));

beforeEach(() => {
	server.asked = [];
});

it('follows a file that is tried again while the last answer is on its way', async () => {
	const shown = new ReportOf('u');
	const following = shown.follow();
	server.asked[0]?.(report('processing', 'refused', true));
	await settled();
	const [refused] = shown.rows;
	if (!refused) throw new Error('no row');
	// The next question, and its answer on the way from before the press.
	void shown.follow();
	await settled();
	expect(server.asked).toHaveLength(2);
	await shown.again(refused);
	server.asked[1]?.(report('finished', 'refused', true));
	await settled();
	expect(server.asked).toHaveLength(3);
	server.asked[2]?.(report('finished', 'imported', false));
	await following;
	expect(shown.rows.map(({ stage }) => stage)).toEqual(['imported']);
});

it('asks no more once it is finished, and again after a press', async () => {
	const shown = new ReportOf('u');
	const following = shown.follow();
	server.asked[0]?.(report('finished', 'refused', true));
	await following;
	expect(server.asked).toHaveLength(1);
	const [refused] = shown.rows;
	if (!refused) throw new Error('no row');
	const again = shown.again(refused);
	await settled();
	expect(server.asked).toHaveLength(2);
	server.asked[1]?.(report('finished', 'imported', false));
	await again;
	expect(shown.rows.map(({ stage }) => stage)).toEqual(['imported']);
});
