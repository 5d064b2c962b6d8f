/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
/// <reference types="@sveltejs/kit" />
// Keeps the application's own files, so that it opens without a network. They are kept once, when a version is installed;
// afterwards nothing is ever added, so that no answer of the API, which is somebody's own, can be.
//
// A new version takes over at once. No open page breaks by it: names change with their bytes, the files of the version
// before stay until the next one, and pages and worker tell each other nothing that could differ between versions.
// Never here: decisions (lib/offline/ways.ts), the API.
import { build, files, version } from '$service-worker';
import { cacheName, isLasting, isSilence, namedBy, SHELL, superseded, wayOf } from './lib/offline/ways';

const self = globalThis.self as unknown as ServiceWorkerGlobalScope;
const NAME = cacheName(version);
/** Pictures are for the system that installs the application, and it fetches them itself. */
const STATIC = files.filter((file) => !file.endsWith('.png'));
/** How long a page waits for the server before it is opened from what is kept. */
const PATIENCE_MS = 4000;

self.addEventListener('install', (event) => {
	event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
	event.waitUntil(takeOver());
});

self.addEventListener('fetch', (event) => {
	const way = wayOf(event.request, self.location.origin, STATIC);
	if (way === 'kept') event.respondWith(kept(event.request));
	if (way === 'page') event.respondWith(page(event));
});

/**
 * Keeps all files of this version or none: a half of it would count as the version before. It is kept anew where it was
 * kept long ago and is brought back, so that the names of what is kept come in the order of installing.
 */
async function keep() {
	await caches.delete(NAME);
	try {
		await fill(await caches.open(NAME));
	} catch (error) {
		await caches.delete(NAME);
		throw error;
	}
}

/** What another kept version has under the same name is not fetched again. */
async function fill(cache: Cache) {
	const shell = await fetch(SHELL, { cache: 'no-cache' });
	if (!shell.ok) throw new Error(`the shell is answered with ${shell.status}`);
	const named = namedBy(await shell.clone().text());
	if (named.length === 0) throw new Error('somebody else answered for the shell');
	const wanted = new Set([...build, ...STATIC, ...named]);
	await Promise.all(
		[...wanted].map(async (path) => {
			const known = isLasting(path) ? await caches.match(path) : undefined;
			if (known) await cache.put(path, known);
			else await cache.add(new Request(path, { cache: isLasting(path) ? 'default' : 'no-cache' }));
		}),
	);
	// The last one: it says that the version is whole.
	await cache.put(SHELL, shell);
}

async function takeOver() {
	const names = await caches.keys();
	const shells = await Promise.all(names.map((name) => caches.match(SHELL, { cacheName: name })));
	const old = superseded(names, NAME, (name) => Boolean(shells[names.indexOf(name)]));
	await Promise.all(old.map((name) => caches.delete(name)));
	// The page is asked for while the worker starts.
	await self.registration.navigationPreload?.enable();
	await self.clients.claim();
}

async function kept(request: Request): Promise<Response> {
	const own = await (await caches.open(NAME)).match(request);
	return own ?? (await caches.match(request)) ?? fetch(request);
}

/** The page as the server has it now; the kept one when nobody answers in time. */
async function page(event: FetchEvent): Promise<Response> {
	const answer = fromServer(event);
	event.waitUntil(answer.then(() => undefined));
	const late = new Promise<undefined>((done) => setTimeout(done, PATIENCE_MS));
	const first = await Promise.race([answer, late]);
	if (first && !isSilence(first.status)) return first;
	const shell = await (await caches.open(NAME)).match(SHELL);
	return shell ?? first ?? (await answer) ?? Response.error();
}

async function fromServer(event: FetchEvent): Promise<Response | undefined> {
	try {
		const preloaded = (await event.preloadResponse) as Response | undefined;
		return preloaded ?? (await fetch(event.request));
	} catch {
		return undefined;
	}
}
