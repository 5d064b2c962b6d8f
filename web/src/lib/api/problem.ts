// What can go wrong with a request, as one type: the API's problems (RFC 9457) and the network's silence.
// Never here: what a page shows of it (parts/Failure.svelte).
import type { components } from './schema';

export type ProblemBody = components['schemas']['Problem'];

/** The request was answered with a problem, or with no answer that can be read. */
export class Problem extends Error {
	constructor(
		readonly status: number,
		/** Stable; `offline` and `unreadable` are ours, all others are the API's. */
		readonly code: string,
		readonly title: string,
		readonly detail: string | null = null,
		readonly fields: ProblemBody['errors'] = [],
		readonly requestId: string | null = null,
	) {
		super(detail ?? title);
		this.name = 'Problem';
	}

	/** No answer came: the network or the server is away. */
	get offline(): boolean {
		return this.code === 'offline';
	}

	/** Whether the same request may succeed when it is sent again. */
	get passing(): boolean {
		return this.offline || this.status === 503 || this.status === 429 || this.status >= 500;
	}

	/** Somebody else is signed in than the page was drawn for. */
	get isAnother(): boolean {
		return this.code === 'another_account';
	}

	/** The message for one field of the request, named as in the body. */
	field(name: string): string | undefined {
		return this.fields?.find((error) => error.pointer === `/${name}`)?.message;
	}

	static silence(): Problem {
		return new Problem(0, 'offline', 'No answer', 'Paceline cannot be reached. Check the connection.');
	}

	/** Reads the problem out of an answer, whatever its body is. */
	static parse(status: number, text: string): Problem {
		try {
			const body = JSON.parse(text) as Partial<ProblemBody>;
			if (typeof body.code === 'string') {
				const { code, title = code, detail = null, errors, request_id = null } = body;
				return new Problem(status, code, title, detail, errors ?? [], request_id);
			}
		} catch {
			// A proxy's page, or nothing: told below.
		}
		// A proxy in front that finds no server says so with these.
		if ([502, 503, 504].includes(status) || (status === 500 && text === '')) return Problem.silence();
		return new Problem(status, 'unreadable', `Answer ${status}`, 'The answer could not be read.');
	}

	static from(error: unknown): Problem {
		return error instanceof Problem ? error : Problem.silence();
	}
}
