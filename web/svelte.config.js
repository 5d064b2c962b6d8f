// How the app is built: one page for every address (the API decides nothing about HTML), as plain files in build/.
import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	compilerOptions: { runes: true },
	kit: {
		// Compressed by scripts/finish-build.js, after the inline scripts have moved into files.
		adapter: adapter({ fallback: 'index.html', precompress: false }),
		paths: { relative: false },
		version: { pollInterval: 0 },
		// lib/offline/keep.ts does, when the page is quiet.
		serviceWorker: { register: false },
	},
};
