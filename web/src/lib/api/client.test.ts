import { describe, expect, it } from 'vitest';
import { address, Client, csrfToken, type World } from './client';
import { Problem } from './problem';

/** A server of scripted answers that writes down what it was asked. */
function world(answers: (Response | 'silence')[], cookies = 'csrf=abc') {
	const asked: { path: string; method: string; csrf: string | null; account: string | null }[] = [];
	const seen = { out: 0, another: 0 };
	const parts: World = {
		fetch: async (path, init) => {
			const headers = new Headers(init?.headers);
			asked.push({
				path: String(path),
				method: init?.method ?? 'GET',
				csrf: headers.get('x-csrf-token'),
				account: headers.get('x-expected-account'),
			});
			const answer = answers.shift();
			if (!answer || answer === 'silence') throw new TypeError('failed');
			return answer;
		},
		cookies: () => cookies,
		account: () => 'kim',
		another: () => seen.another++,
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

	it('says for whom it is, unless it asks who that is', async () => {
		const { client, asked } = world([json({}), json({}), json({})]);
		await client.send('/v1/x');
		await client.send('/v1/x', { method: 'POST', json: {} });
		await client.send('/v1/x', { ofWhoever: true });
		expect(asked.map((request) => request.account)).toEqual(['kim', 'kim', null]);
		expect(client.headers()).toEqual({ 'x-csrf-token': 'abc', 'x-expected-account': 'kim' });
	});

	it('notices that somebody else is signed in, also after a refresh', async () => {
		const refused = () => problem(409, 'another_account');
		const { client, seen } = world([refused(), problem(401, 'token_expired'), json({}), refused()]);
		await expect(client.send('/v1/x')).rejects.toMatchObject({ isAnother: true });
		await expect(client.send('/v1/x')).rejects.toMatchObject({ isAnother: true });
		expect(seen).toEqual({ out: 0, another: 2 });
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

	it('tells an answer that broke off from one that cannot be read', async () => {
		const broken = new ReadableStream({ pull: (body) => body.error(new TypeError('network error')) });
		await expect(world([new Response(broken)]).client.send('/v1/x')).rejects.toMatchObject({ offline: true });
		const page = new Response('<html>');
		await expect(world([page]).client.send('/v1/x')).rejects.toMatchObject({ code: 'unreadable' });
	});

	it('tells a page of a proxy from a problem of the API', () => {
		for (const status of [502, 503, 504])
			expect(Problem.parse(status, '<html>').offline, String(status)).toBe(true);
		expect(Problem.parse(503, '{"code": "database_busy"}').offline).toBe(false);
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
