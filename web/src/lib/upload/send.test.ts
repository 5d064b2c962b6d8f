import { describe, expect, it } from 'vitest';
import { Problem } from '$lib/api/problem';
import { haltsAll, isVerdict, reason, retrySeconds, send, type Sent } from './send';

const sent = (status: number, code = '', retryAfter: string | null = null): Sent => ({
	status,
	body: JSON.stringify({ code, id: 'u' }),
	retryAfter,
});

function world(answers: Sent[], renews = true, leaves = false) {
	const paused: number[] = [];
	const refreshed = { times: 0 };
	const run = send({
		post: async () => answers.shift() as Sent,
		refresh: async () => {
			refreshed.times++;
			return renews;
		},
		stopped: () => leaves && refreshed.times > 0,
		pause: async (seconds) => void paused.push(seconds),
	});
	return { run, paused, refreshed };
}

describe('sending', () => {
	it('waits as long as a busy server asks, and goes on', async () => {
		const { run, paused } = world([sent(429, 'too_many_uploads', '7'), sent(503, 'unavailable'), sent(202)]);
		expect(await run).toMatchObject({ id: 'u' });
		expect(paused).toEqual([7, 5]);
	});

	it('renews the session once', async () => {
		const { run, refreshed } = world([sent(401, 'token_expired'), sent(200)]);
		await run;
		expect(refreshed.times).toBe(1);
		await expect(world([sent(401, 'a'), sent(401, 'b')]).run).rejects.toMatchObject({ code: 'b' });
		await expect(world([sent(401, 'a')], false).run).rejects.toMatchObject({ code: 'a' });
	});

	it('sends nothing more when it was stopped while the session was renewed', async () => {
		const answers = [sent(401, 'token_expired'), sent(200)];
		await expect(world(answers, true, true).run).rejects.toMatchObject({ status: 401 });
		expect(answers.length).toBe(1);
	});

	it('tells silence from a refusal', async () => {
		await expect(world([sent(0)]).run).rejects.toMatchObject({ offline: true });
		await expect(world([sent(413, 'too_large')]).run).rejects.toMatchObject({ code: 'too_large' });
	});
});

describe('Retry-After', () => {
	it('is seconds or an instant, within reason', () => {
		const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT');
		expect(retrySeconds('3', now)).toBe(3);
		expect(retrySeconds('Wed, 21 Oct 2026 07:28:10 GMT', now)).toBe(10);
		expect(retrySeconds('0', now)).toBe(1);
		expect(retrySeconds('99999', now)).toBe(120);
		expect([retrySeconds(null, now), retrySeconds('soon', now)]).toEqual([5, 5]);
	});
});

describe('a failure', () => {
	it('stops everything only when the next request would fail, too', () => {
		expect(haltsAll(Problem.silence())).toBe(true);
		expect(haltsAll(new Problem(401, 'x', 'x'))).toBe(true);
		expect(haltsAll(new Problem(500, 'x', 'x'))).toBe(false);
	});

	it('is the verdict on a file only when it was alone', () => {
		const large = new Problem(413, 'too_large', 'Too large', 'Send less.');
		expect([isVerdict(large, 1), isVerdict(large, 2)]).toEqual([true, false]);
		expect(reason(large)).toBe('Send less.');
	});
});
