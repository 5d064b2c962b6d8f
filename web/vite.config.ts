// The dev server, which hands /v1 on to a running `paceline up`, and the unit tests.
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';

const api = process.env.PACELINE_API ?? 'http://127.0.0.1:8080';

export default defineConfig({
	plugins: [sveltekit()],
	server: { proxy: { '/v1': api } },
	preview: { proxy: { '/v1': api } },
	build: { target: 'es2022', assetsInlineLimit: 0 },
	environments: {
		client: {
			build: {
				rolldownOptions: {
					output: {
						codeSplitting: { groups: [{ name: 'shared', test: /\/src\/lib\//, minShareCount: 3 }] },
					},
				},
			},
		},
	},
	test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
