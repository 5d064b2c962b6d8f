import { describe, expect, it } from 'vitest';
import { address, Client, csrfToken, type World } from './client';
import { Problem } from './problem';

/** A server of scripted answers that writes down what it was asked. */
function world(answers: (Response | 'silence')[], cookies = 'csrf=abc') {
	const asked: { path: string; method: string; csrf: string | null }[] = [];
	const seen = { out: 0 };
	const parts: World = {
		fetch: async (path, init) => {
			const headers = new Headers(init?.headers);
			asked.push({ path: String(path), method: init?.method ?? 'GET', csrf: headers.get('x-csrf-token') });
			const answer = answers.shift();
			if (!answer || answer === 'silence') throw new TypeError('failed');
			return answer;
		},
		cookies: () => cookies,
		signedOut: () => seen.out++,
		wait: async () => undefined,
	};
	return { client: new Client(parts), asked, seen };
}

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const problem = (status: number, code: string) => json({ type: '', title: code, status, code }, status);

describe('a request', () => {
	it('repeats the csrf cookie when it changes something, and only then', async () => {
		const { client, asked } = world([json({}), json({})], 'a=b; __Host-csrf=tok');
		await client.send('/v1/x');
		await client.send('/v1/x', { method: 'PATCH', json: {} });
		expect(asked.map((request) => request.csrf)).toEqual([null, 'tok']);
	});

	it('is sent again once after a refresh', async () => {
		const { client, asked } = world([problem(401, 'token_expired'), json({}), json({ ok: 1 })]);
		expect(await client.send('/v1/x')).toEqual({ ok: 1 });
		expect(asked.map((request) => request.path)).toEqual(['/v1/x', '/v1/auth/refresh', '/v1/x']);
	});

	it('shares one refresh with its neighbours', async () => {
		const expired = () => problem(401, 'token_expired');
		const { client, asked } = world([expired(), expired(), json({}), json(1), json(2)]);
		await Promise.all([client.send('/v1/a'), client.send('/v1/b')]);
		expect(asked.filter((request) => request.path === '/v1/auth/refresh')).toHaveLength(1);
	});

	it('ends the session when the refresh is refused', async () => {
		const { client, seen } = world([problem(401, 'token_expired'), problem(401, 'refresh_token_reused')]);
		await expect(client.send('/v1/x')).rejects.toMatchObject({ code: 'token_expired' });
		expect(seen.out).toBe(1);
	});

	it('keeps the session when the refresh finds nobody', async () => {
		const { client, seen } = world([problem(401, 'token_expired'), 'silence']);
		await expect(client.send('/v1/x')).rejects.toMatchObject({ offline: true });
		expect(seen.out).toBe(0);
	});

	it('goes on when another tab refreshes', async () => {
		const answers = [problem(401, 'token_expired'), problem(409, 'refresh_in_progress'), json({ ok: 1 })];
		expect(await world(answers).client.send('/v1/x')).toEqual({ ok: 1 });
	});

	it('does not refresh for a wrong password', async () => {
		const { client, asked } = world([problem(401, 'wrong_credentials')]);
		const sent = client.send('/v1/auth/login', { method: 'POST', json: {} });
		await expect(sent).rejects.toBeInstanceOf(Problem);
		expect(asked).toHaveLength(1);
	});

	it('tells a page of a proxy from a problem of the API', () => {
		expect(Problem.parse(502, '<html>').offline).toBe(true);
		expect(Problem.parse(418, '<html>').code).toBe('unreadable');
	});

	it('finds the message of a field', () => {
		const errors = [{ pointer: '/email', code: 'invalid', message: 'no @' }];
		expect(Problem.parse(400, JSON.stringify({ code: 'invalid', errors })).field('email')).toBe('no @');
	});
});

describe('addresses and cookies', () => {
	it('leave out what is not asked', () => {
		expect(address('/v1/x', { a: 1, b: '', c: null, d: false, e: undefined })).toBe('/v1/x?a=1&d=false');
	});
	it('find the csrf cookie by its whole name', () => {
		expect(csrfToken('notcsrf=1; csrf=2')).toBe('2');
		expect(csrfToken('notcsrf=1')).toBeNull();
	});
});
