// The lint rules: recommended ones of JavaScript, TypeScript and Svelte, and a few of the house.
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

export default ts.config(
	{ ignores: ['build/', '.svelte-kit/', 'src/lib/api/schema.d.ts'] },
	js.configs.recommended,
	...ts.configs.strict,
	...svelte.configs.recommended,
	{ languageOptions: { globals: { ...globals.browser, ...globals.node } } },
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
	},
	{
		rules: {
			'no-console': 'error',
			'no-undef': 'off',
			'max-lines': ['error', { max: 400, skipComments: true }],
			'max-lines-per-function': ['error', { max: 70, skipComments: true }],
			'no-restricted-globals': ['error', { name: 'fetch', message: 'Call the API through lib/api.' }],
			'svelte/no-navigation-without-resolve': 'off',
		},
	},
	// The one place below the API's client: it hands requests on.
	{ files: ['src/service-worker.ts'], rules: { 'no-restricted-globals': 'off' } },
	{ files: ['scripts/**', 'tests/**'], rules: { 'no-console': 'off', 'no-restricted-globals': 'off' } },
	{
		files: ['**/*.test.ts'],
		rules: { 'max-lines-per-function': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
	},
);
