// Requests to the API: typed by its description, signed in by cookies, with the CSRF header, and with one refresh
// when the access token has run out. Never here: addresses of single features (endpoints.ts), or what a page shows.
import { Problem } from './problem';

/** What the client needs from the world; the tests give their own. */
export interface World {
	fetch: typeof globalThis.fetch;
	cookies: () => string;
	/** The account whose page asks, where that is known. */
	account: () => string | null;
	/** Called when somebody else is signed in than the page is drawn for. */
	another: () => void;
	/** Called when the session is over and only a new sign-in helps. */
	signedOut: () => void;
	wait: (milliseconds: number) => Promise<void>;
}

/** What to do where the page is not left, because something on it would be lost. */
export const SIGNED_OUT = 'Your session has ended. Sign in in a new tab, then try again here.';

export interface Call {
	method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
	query?: Record<string, string | number | boolean | null | undefined>;
	json?: unknown;
	signal?: AbortSignal;
	/** Asks for whoever is signed in, and not for whom the page was drawn. */
	ofWhoever?: boolean;
}

/** The `csrf` cookie, whose name has a prefix when the server is on https. */
export function csrfToken(cookies: string): string | null {
	return /(?:^|;\s*)(?:__Host-)?csrf=([^;]+)/.exec(cookies)?.[1] ?? null;
}

export function address(path: string, query: Call['query'] = {}): string {
	const pairs = Object.entries(query).filter(
		([, value]) => value !== null && value !== undefined && value !== '',
	);
	const search = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
	return search ? `${path}?${search}` : path;
}

export class Client {
	#world: World;
	/** One refresh at a time: all requests that got 401 together wait for the same one. */
	#refreshing: Promise<boolean> | null = null;

	constructor(world: World) {
		this.#world = world;
	}

	/** Whether the browser holds cookies of a session, valid or not. */
	get hasSession(): boolean {
		return csrfToken(this.#world.cookies()) !== null;
	}

	/** Sends a request and reads JSON; 204 gives null. Throws a `Problem`. */
	async send<T>(path: string, call: Call = {}): Promise<T> {
		const answer = await this.answer(path, call);
		return (
			answer.status === 204 ? null : await answer.json().catch((error: unknown) => fail(answer.status, error))
		) as T;
	}

	/** Sends a request and gives the answer if it succeeded. Throws a `Problem`. */
	async answer(path: string, call: Call = {}): Promise<Response> {
		const first = await this.#fetch(path, call);
		if (first.ok) return first;
		const problem = this.heed(Problem.parse(first.status, await first.text()));
		if (problem.status !== 401 || path.startsWith('/v1/auth/')) throw problem;
		if (!(await this.refresh())) throw this.#over(problem);
		const second = await this.#fetch(path, call);
		if (second.ok) return second;
		const again = this.heed(Problem.parse(second.status, await second.text()));
		throw second.status === 401 ? this.#over(again) : again;
	}

	/** The session is over: what the page may say of it where it is not left. */
	#over({ code, requestId }: Problem): Problem {
		this.#world.signedOut();
		return new Problem(401, code, 'Signed out', SIGNED_OUT, [], requestId);
	}

	/** Notices an answer that tells of somebody else. */
	heed(problem: Problem): Problem {
		if (problem.isAnother) this.#world.another();
		return problem;
	}

	/** The headers that a change with our cookies needs. */
	headers(): Record<string, string> {
		const token = csrfToken(this.#world.cookies());
		return { ...this.#expected(), ...(token && { 'x-csrf-token': token }) };
	}

	/** For whom the page asks: the cookies may be somebody else's by now, and the server compares. */
	#expected(): Record<string, string> {
		const account = this.#world.account();
		return account ? { 'x-expected-account': account } : {};
	}

	/** Renews the access token. False: the session is over. Throws when nobody answered. */
	refresh(): Promise<boolean> {
		this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = null));
		return this.#refreshing;
	}

	async #refresh(): Promise<boolean> {
		if (!this.hasSession) return false;
		const answer = await this.#fetch('/v1/auth/refresh', { method: 'POST', json: {} });
		if (answer.ok) return true;
		// Another tab is at it: its cookies are ours in a moment.
		if (answer.status === 409) {
			await this.#world.wait(500);
			return true;
		}
		const problem = Problem.parse(answer.status, await answer.text());
		if (problem.passing) throw problem;
		return false;
	}

	async #fetch(path: string, { method = 'GET', query, json, signal, ofWhoever }: Call): Promise<Response> {
		const headers: Record<string, string> = { accept: 'application/json' };
		if (json !== undefined) headers['content-type'] = 'application/json';
		if (method !== 'GET') Object.assign(headers, this.headers());
		else if (!ofWhoever) Object.assign(headers, this.#expected());
		try {
			const body = json === undefined ? undefined : JSON.stringify(json);
			return await this.#world.fetch(address(path, query), { method, headers, body, signal });
		} catch (error) {
			if (signal?.aborted) throw error;
			throw Problem.silence();
		}
	}
}

/** A body that is no JSON, or that broke off with the network. */
function fail(status: number, error: unknown): never {
	if (!(error instanceof SyntaxError)) throw Problem.silence();
	throw new Problem(status, 'unreadable', `Answer ${status}`, 'The answer could not be read.');
}
