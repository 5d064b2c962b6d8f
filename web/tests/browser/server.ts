// Starts one `paceline up` for all browser tests, with a private database of its own, and stops it. Never here: what is
// looked at.
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
	interface ProvidedContext {
		/** Address of the server, without a slash at the end. */
		server: string;
		/** The demo athlete's password; the address is demo@paceline.example. */
		demoPassword: string;
		/** The binary that runs. */
		binary: string;
		/** Its data. */
		data: string;
	}
}

export default async function start(project: TestProject) {
	const target = process.env.CARGO_TARGET_DIR ?? new URL('../../../target', import.meta.url).pathname;
	const binary = process.env.PACELINE_BIN ?? join(target, 'debug', 'paceline');
	const data = mkdtempSync(join(tmpdir(), 'paceline-browser-'));
	// Its PostgreSQL runs as another account when we are root.
	chmodSync(data, 0o711);
	if (!existsSync(binary)) throw new Error(`${binary} is not there; run: cargo build --package paceline`);
	const child = spawn(binary, ['up', '--data', join(data, 'data'), '--listen', '127.0.0.1:0'], {
		// Cheap hashes: a test signs in often.
		env: {
			PATH: process.env.PATH,
			PACELINE_HTTP__PASSWORDS__MEMORY_KIB: '64',
			PACELINE_HTTP__PASSWORDS__PASSES: '1',
		},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const { server, demoPassword } = await ready(child);
	project.provide('server', server);
	project.provide('demoPassword', demoPassword);
	project.provide('binary', binary);
	project.provide('data', join(data, 'data'));
	return async () => {
		const ended = new Promise((resolve) => child.once('exit', resolve));
		child.kill('SIGTERM');
		await ended;
		rmSync(data, { recursive: true, force: true });
	};
}

/** What it prints until it is ready; what it logs is shown when it ends before. */
async function ready(child: ChildProcess): Promise<{ server: string; demoPassword: string }> {
	let log = '';
	child.stderr?.on('data', (bytes: Buffer) => (log = (log + bytes.toString()).slice(-10_000)));
	let demoPassword = '';
	if (child.stdout)
		for await (const line of createInterface({ input: child.stdout })) {
			demoPassword = /demo@paceline\.example\s+(\S+)/.exec(line)?.[1] ?? demoPassword;
			const server = /ready at (http:\S+)/.exec(line)?.[1];
			if (server) return { server, demoPassword };
		}
	throw new Error(`paceline ended before it was ready:\n${log}`);
}
