// Starts one `paceline up` for all browser tests, with a private database of its own, and stops it; a file of tests that
// needs other settings launches its own. Never here: what is looked at.
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
	const running = await launch();
	project.provide('server', running.address);
	project.provide('demoPassword', running.demoPassword);
	project.provide('binary', running.binary);
	project.provide('data', running.data);
	return running.stop;
}

export interface Running {
	address: string;
	demoPassword: string;
	binary: string;
	data: string;
	stop: () => Promise<void>;
}

/** Starts one; `settings` are added to its environment. */
export async function launch(settings: Record<string, string> = {}): Promise<Running> {
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
			...settings,
		},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const stop = async () => {
		const ended = new Promise((resolve) => child.once('exit', resolve));
		child.kill('SIGTERM');
		await ended;
		rmSync(data, { recursive: true, force: true });
	};
	const { server, demoPassword } = await ready(child);
	return { address: server, demoPassword, binary, data: join(data, 'data'), stop };
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
