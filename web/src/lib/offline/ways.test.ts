import { describe, expect, it } from 'vitest';
import { cacheName, isSilence, namedBy, superseded, wayOf } from './ways';

const HERE = 'https://paceline.example';
const way = (path: string, asked: Partial<{ method: string; mode: string; origin: string }> = {}) =>
	wayOf(
		{ method: asked.method ?? 'GET', mode: asked.mode ?? 'cors', url: (asked.origin ?? HERE) + path },
		HERE,
		['/icon.svg', '/manifest.webmanifest'],
	);

describe('wayOf', () => {
	it('never touches an answer of the API, however it is asked for', () => {
		for (const path of ['/v1', '/v1/athletes/me', '/api/v1/activities?limit=1', '/docs/api'])
			for (const mode of ['cors', 'navigate', 'same-origin'])
				expect(way(path, { mode }), path).toBe('passed');
		expect(way('/v1/_app/immutable/x.js')).toBe('passed');
	});
	it('opens every other address with the page', () => {
		for (const path of ['/', '/activities/1?x=1', '/v1x', '/documents'])
			expect(way(path, { mode: 'navigate' }), path).toBe('page');
	});
	it('takes files from what is kept, and leaves what it does not know', () => {
		expect(way('/_app/immutable/chunks/a.js')).toBe('kept');
		expect(way('/icon.svg')).toBe('kept');
		expect(way('/_app/version.json')).toBe('passed');
	});
	it('leaves what changes something, and other hosts', () => {
		expect(way('/activities', { method: 'POST', mode: 'navigate' })).toBe('passed');
		expect(way('/_app/immutable/a.js', { origin: 'https://elsewhere.example' })).toBe('passed');
	});
});

describe('namedBy', () => {
	it('finds scripts, styles and what is loaded ahead', () => {
		const shell = `<link rel="icon" href="/icon.svg"><script src="/_app/immutable/start.a.js"></script>
			<link href="/_app/immutable/b.css" rel="stylesheet">`;
		expect(namedBy(shell)).toEqual(['/_app/immutable/start.a.js', '/_app/immutable/b.css']);
	});
});

describe('superseded', () => {
	it('leaves its own version, the one before, and what is not ours', () => {
		const names = ['1', '2', '3', '4'].map(cacheName);
		const old = ['1', '2'].map(cacheName);
		expect(superseded(['other', ...names], cacheName('4'), () => true)).toEqual(old);
		expect(superseded(names.slice(3), cacheName('4'), () => true)).toEqual([]);
	});
	it('leaves the last whole one rather than what a closed browser left of a later one', () => {
		const names = ['1', '2', 'half', '3'].map(cacheName);
		const gone = superseded(names, cacheName('3'), (name) => name !== cacheName('half'));
		expect(gone).toEqual(['1', 'half'].map(cacheName));
	});
	it('leaves one that is newer, and may be on its way', () => {
		const names = ['1', '2', '3'].map(cacheName);
		expect(superseded(names, cacheName('2'), (name) => name !== cacheName('3'))).toEqual([]);
		expect(superseded(names, cacheName('gone'), () => true)).toEqual([]);
	});
	/** What is kept after versions were installed one after the other, each anew, and took over. */
	function after(...versions: string[]): string[] {
		let names: string[] = [];
		for (const own of versions.map(cacheName)) {
			names = [...names.filter((name) => name !== own), own];
			const old = superseded(names, own, () => true);
			names = names.filter((name) => !old.includes(name));
		}
		return names;
	}
	it('leaves the one before when an older version was brought back', () => {
		expect(after('1', '2', '1')).toEqual(['2', '1'].map(cacheName));
	});
	it('leaves the one that runs when a new version follows one that was brought back', () => {
		expect(after('1', '2', '1', '3')).toEqual(['1', '3'].map(cacheName));
	});
});

describe('isSilence', () => {
	it('is a gateway without a server, whatever it calls it', () => {
		expect([502, 503, 504].map(isSilence)).toEqual([true, true, true]);
		expect([200, 304, 404, 500].map(isSilence)).toEqual([false, false, false, false]);
	});
});
