// Something in front of the server that can hold back, change or refuse its answers: a network that goes, a deployment.
// Never here: what a test expects.
import {
	createServer,
	request,
	type IncomingHttpHeaders,
	type IncomingMessage,
	type Server,
	type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export class Front {
	/** What is changed in every text that passes: the files of another version. */
	changes: [from: string, to: string][] = [];
	/** Addresses that are gone. */
	gone: string[] = [];
	/** A gateway without a server behind it. */
	silent = false;
	/** How the gateway says so. */
	silence = 502;
	#server: Server;

	private constructor(readonly behind: URL) {
		this.#server = createServer((asked, answer) => this.#hand(asked, answer));
	}

	static async begin(server: string): Promise<Front> {
		const front = new Front(new URL(server));
		await new Promise<void>((listening) => front.#server.listen(0, '127.0.0.1', listening));
		return front;
	}

	get address(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	async end() {
		this.#server.closeAllConnections();
		await new Promise((ended) => this.#server.close(ended));
	}

	#hand(asked: IncomingMessage, answer: ServerResponse) {
		const path = asked.url ?? '/';
		if (this.silent)
			return answer.writeHead(this.silence, { 'content-type': 'text/html' }).end('<h1>No server</h1>');
		if (this.gone.includes(path)) return answer.writeHead(404).end();
		const back = this.changes.reduce((text, [from, to]) => text.replaceAll(to, from), path);
		// Plain text, and always in full: a change would not fit what is packed or known.
		const headers = without(asked.headers, 'accept-encoding', 'if-none-match');
		const { hostname, port } = this.behind;
		const onward = request({ hostname, port, path: back, method: asked.method, headers }, (got) => {
			const chunks: Buffer[] = [];
			got.on('data', (chunk: Buffer) => chunks.push(chunk));
			got.on('end', () => {
				const kept = without(got.headers, 'content-length', 'etag');
				answer.writeHead(got.statusCode ?? 502, kept).end(this.#changed(Buffer.concat(chunks), got));
			});
		});
		onward.on('error', () => answer.destroy());
		asked.pipe(onward);
	}

	#changed(bytes: Buffer, { headers }: IncomingMessage): Buffer {
		if (this.changes.length === 0 || !/text|javascript/.test(headers['content-type'] ?? '')) return bytes;
		return Buffer.from(
			this.changes.reduce((text, [from, to]) => text.replaceAll(from, to), bytes.toString()),
		);
	}
}

function without(headers: IncomingHttpHeaders, ...names: string[]): IncomingHttpHeaders {
	return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}
