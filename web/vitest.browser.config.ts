// The browser tests: a real server, a real Chromium, one after another. No wait is a measure of speed: each ends when what
// it waits for is there, and its limit only ends a test of what never comes.
import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		include: ['tests/browser/**/*.test.ts'],
		environment: 'node',
		globalSetup: ['tests/browser/server.ts'],
		fileParallelism: false,
		testTimeout: 300_000,
		hookTimeout: 300_000,
		expect: { poll: { timeout: 60_000 } },
	},
});
