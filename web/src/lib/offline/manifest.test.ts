// What an installed Paceline looks like is said in three files; here they agree.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const text = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const [, light = '', dark = ''] =
	/--ground: light-dark\((#\w+), (#\w+)\)/.exec(text('src/styles/tokens.css')) ?? [];
const manifest = JSON.parse(text('static/manifest.webmanifest')) as Record<string, string>;

describe('the frame around the page', () => {
	it('has the colour of the ground, light and dark', () => {
		expect([light, dark].every((colour) => /^#[0-9a-f]{6}$/.test(colour))).toBe(true);
		const page = text('src/app.html');
		for (const [scheme, colour] of Object.entries({ light, dark }))
			expect(page).toContain(`media="(prefers-color-scheme: ${scheme})" content="${colour}"`);
		expect(text('src/lib/theme.svelte.ts')).toContain(`{ light: '${light}', dark: '${dark}' }`);
	});
	it('begins with the light ground, for a manifest knows only one', () => {
		expect([manifest.theme_color, manifest.background_color]).toEqual([light, light]);
	});
});
