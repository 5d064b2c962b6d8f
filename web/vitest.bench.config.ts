// The benchmarks in a browser: as its tests, apart from them, because what they measure depends on the machine.
import { defineConfig } from 'vitest/config';
import browser from './vitest.browser.config';

export default defineConfig({
	...browser,
	test: { ...browser.test, include: ['tests/bench/**/*.test.ts'] },
});
