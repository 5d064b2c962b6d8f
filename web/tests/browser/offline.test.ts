// The application on the device: what is kept, what never is, how it opens without a server and how a new version comes.
import type { Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { launchLasting, signUp, useBrowser, Visit, whole } from './browser';
import { Front } from './front';

useBrowser();

/** Every address in every cache. */
function keptAddresses(page: Page): Promise<string[]> {
	return page.evaluate(async () => {
		const found: string[] = [];
		for (const name of await caches.keys())
			for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
		return found;
	});
}

/** Waits until the worker is installed and holds the page. */
async function installed(page: Page) {
	await page.waitForFunction(async () => {
		const { active } = await navigator.serviceWorker.ready;
		return active?.state === 'activated' && navigator.serviceWorker.controller !== null;
	});
}

test('the first visit keeps the application, and the second opens without a network', async () => {
	const visit = await Visit.begin({ serviceWorkers: 'allow' });
	const { page } = visit;
	await signUp(page, 'tunnel@example.org');
	await installed(page);
	await page.context().setOffline(true);
	for (const path of ['/', '/activities?sport=run', '/profile']) {
		await page.goto(path);
		await page.getByRole('heading', { name: 'You are offline' }).waitFor();
		await page.getByRole('navigation', { name: 'Pages' }).waitFor();
		await expect.poll(() => visit.overflow()).toBeLessThanOrEqual(0);
	}
	// Who signs out without a network is not signed out, and is told.
	await page.getByRole('button', { name: 'Sign out' }).click();
	await page.getByText('You are still signed in').waitFor();
	await page.context().setOffline(false);
	await page.getByRole('heading', { name: 'Profile', level: 1 }).waitFor();
	await visit.end();
});

test.for([502, 503])('a server that is away is told from a network that is away, %i', async (status) => {
	const front = await Front.begin(inject('server'));
	front.silence = status;
	const visit = await Visit.begin({ baseURL: front.address, serviceWorkers: 'allow' });
	const { page } = visit;
	await signUp(page, `restart${status}@example.org`);
	await installed(page);
	front.silent = true;
	await page.reload();
	await page.getByRole('heading', { name: 'Paceline cannot be reached' }).waitFor();
	front.silent = false;
	await page.getByRole('button', { name: 'Try again' }).click();
	await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
	await visit.end();
	await front.end();
});

test('no answer of the API is kept, and nothing of a person who has left', async () => {
	const visit = await Visit.begin({ serviceWorkers: 'allow' });
	const { page } = visit;
	await signUp(page, 'private@example.org');
	await installed(page);
	for (const path of ['/activities', '/profile', '/upload', '/']) {
		await page.goto(path);
		await whole(page);
	}
	const kept = await keptAddresses(page);
	expect(kept).toContain('/index.html');
	expect(kept.length).toBeGreaterThan(20);
	const known = /^\/(index\.html|icon\.svg|manifest\.webmanifest|_app\/immutable\/.+)$/;
	expect(kept.filter((path) => !known.test(path))).toEqual([]);

	const other = await page.context().newPage();
	await other.goto('/profile');
	await other.getByRole('heading', { name: 'Profile', level: 1 }).waitFor();
	await page.getByRole('button', { name: 'Sign out' }).click();
	await page.getByRole('heading', { name: 'Sign in' }).waitFor();
	await other.getByRole('heading', { name: 'Sign in' }).waitFor();
	const stores = () =>
		page.evaluate(async () => ({
			local: Object.keys(localStorage),
			session: Object.keys(sessionStorage).filter((key) => !key.startsWith('sveltekit:')),
			databases: (await indexedDB.databases()).map(({ name }) => name),
			cookies: document.cookie,
		}));
	// At once, and not some time after: one look. Only the browser's deletion of a database may still be under way.
	expect(await stores()).toMatchObject({ local: [], session: [], cookies: '' });
	await expect.poll(async () => (await stores()).databases).toEqual([]);
	// It may send itself on before it is loaded.
	await page.goBack({ waitUntil: 'commit' });
	await page.getByRole('heading', { name: 'Sign in' }).waitFor();
	expect(await page.content()).not.toContain('private');
	await page.context().setOffline(true);
	await page.goto('/');
	await page.getByRole('heading', { name: 'Sign in' }).waitFor();
	expect(await page.content()).not.toContain('private');
	await visit.end();
});

test('a page that the browser put aside is empty when its athlete has left', async () => {
	const lasting = await launchLasting();
	const page = lasting.pages()[0] ?? (await lasting.newPage());
	await signUp(page, 'aside@example.org');
	await page.goto('/profile');
	await page.getByRole('heading', { name: 'Profile', level: 1 }).waitFor();
	await page.getByRole('button', { name: 'Sign out', exact: true }).click();
	await page.getByRole('heading', { name: 'Sign in' }).waitFor();
	// It may send itself on before it is loaded.
	await page.goBack({ waitUntil: 'commit' });
	await page.getByRole('heading', { name: 'Sign in' }).waitFor();
	expect(await page.content()).not.toContain('aside');
	await lasting.close();
});

/**
 * Has the browser look for a new version, as it does by itself some time after each visit, until exactly `names` are kept.
 * It may answer with a look that it had begun before. No visit happens meanwhile: the browser's debugger, which holds each
 * new worker for a moment, then at times holds the page for ever. Without a debugger it does not (none of 150 visits).
 */
async function update(page: Page, names: string[]) {
	const look = async () => {
		const registration = await navigator.serviceWorker.ready;
		await registration.update();
		return caches.keys();
	};
	await expect.poll(() => page.evaluate(look), { interval: 500 }).toEqual(names);
	await page.waitForFunction(async () => {
		const { installing, waiting, active } = await navigator.serviceWorker.ready;
		return !installing && !waiting && active?.state === 'activated';
	});
}

test('a deployment is there at the next visit, and the open page still finds its parts', async () => {
	const front = await Front.begin(inject('server'));
	const visit = await Visit.begin({ baseURL: front.address, serviceWorkers: 'allow' });
	const { page } = visit;
	await signUp(page, 'deployed@example.org');
	await installed(page);
	const before = await page.evaluate(() => caches.keys());
	expect(before.length).toBe(1);

	const shell = await page.evaluate(() => fetch('/index.html').then((answer) => answer.text()));
	const start = /\/(start\.[\w-]+\.js)"/.exec(shell)?.[1] ?? '';
	const version = (before[0] ?? '').replace('paceline-', '');
	const parts = (await keptAddresses(page)).filter((path) => /\/nodes\//.test(path));
	expect([start, version].every(Boolean) && parts.length > 5).toBe(true);
	front.changes = [
		[start, 'start.deployed.js'],
		[version, 'deployed'],
	];
	// A page that is open and has not loaded all of its parts, whose names the new version does not know.
	const open = await page.context().newPage();
	await open.goto('/sign-in');
	front.gone = [`/_app/immutable/${start}`];

	const loaded: string[] = [];
	page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
	await page.reload();
	await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
	expect(loaded).toContain('/_app/immutable/start.deployed.js');
	await update(page, [...before, 'paceline-deployed']);
	const found = await open.evaluate(
		(path) => fetch(path).then((answer) => answer.status),
		front.gone[0] ?? '',
	);
	expect(found, 'a file of the version before').toBe(200);

	front.changes[1] = [version, 'deployed-again'];
	await update(page, ['paceline-deployed', 'paceline-deployed-again']);
	await front.end();
	await page.reload();
	await page.getByRole('heading', { name: 'Paceline cannot be reached' }).waitFor();
	await visit.end();
});

/** Has the browser fetch the new version, which is not kept; a look that it had begun before does not find it. */
async function fails(page: Page) {
	interface Seen {
		found: boolean;
		failed: boolean;
	}
	await page.evaluate(async () => {
		const registration = await navigator.serviceWorker.ready;
		const seen = globalThis as unknown as Seen;
		Object.assign(seen, { found: false, failed: false });
		registration.addEventListener('updatefound', () => {
			seen.found = true;
			const fresh = registration.installing;
			fresh?.addEventListener('statechange', () => (seen.failed ||= fresh.state === 'redundant'));
		});
	});
	const look = async () => {
		const registration = await navigator.serviceWorker.ready;
		const seen = globalThis as unknown as Seen;
		// A look behind the failure would install it once more, in the midst of what comes next.
		if (!seen.found && !registration.installing) await registration.update();
		return seen.failed;
	};
	await expect.poll(() => page.evaluate(look)).toBe(true);
}

test('a version that did not come whole is not kept, nor does one that is brought back drop the one that runs', async () => {
	const front = await Front.begin(inject('server'));
	const visit = await Visit.begin({ baseURL: front.address, serviceWorkers: 'allow' });
	const { page } = visit;
	await signUp(page, 'halves@example.org');
	await installed(page);
	const [first = ''] = await page.evaluate(() => caches.keys());
	const version = first.replace('paceline-', '');
	const shell = await page.evaluate(() => fetch('/index.html').then((answer) => answer.text()));
	const start = /\/(start\.[\w-]+\.js)"/.exec(shell)?.[1] ?? '';
	expect(version && start).toBeTruthy();
	front.changes = [
		[start, 'start.half.js'],
		[version, 'half'],
	];
	front.gone = ['/_app/immutable/start.half.js'];
	await fails(page);
	await expect.poll(() => page.evaluate(() => caches.keys())).toEqual([first]);

	front.changes = [
		[start, 'start.second.js'],
		[version, 'second'],
	];
	await update(page, [first, 'paceline-second']);
	front.changes = [];
	await update(page, ['paceline-second', first]);
	// What a browser that was closed in the middle of it left behind is no version.
	await page.evaluate(() => caches.open('paceline-broken-off'));
	front.changes = [
		[start, 'start.third.js'],
		[version, 'third'],
	];
	await update(page, [first, 'paceline-third']);
	await visit.end();
	await front.end();
});

test('it can be installed', async () => {
	const lasting = await launchLasting();
	const page = lasting.pages()[0] ?? (await lasting.newPage());
	await page.goto('/sign-in');
	await page.waitForFunction(() => navigator.serviceWorker.ready);
	const devtools = await lasting.newCDPSession(page);
	const { errors, data, url } = await devtools.send('Page.getAppManifest');
	expect({ errors, path: new URL(url).pathname }).toEqual({ errors: [], path: '/manifest.webmanifest' });
	await expect
		.poll(async () => (await devtools.send('Page.getInstallabilityErrors')).installabilityErrors)
		.toEqual([]);
	const { icons } = JSON.parse(data ?? '{}') as { icons: { src: string; sizes: string; type: string }[] };
	for (const { src, sizes, type } of icons) {
		const answer = await page.request.get(src);
		expect([answer.status(), answer.headers()['content-type']], src).toEqual([200, type]);
		const png = await answer.body();
		if (type === 'image/png') expect(`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`, src).toBe(sizes);
	}
	await lasting.close();
});

test('the worker is asked for anew each time and may not come from elsewhere', async () => {
	const visit = await Visit.begin({ serviceWorkers: 'allow' });
	const worker = await visit.page.request.get('/service-worker.js');
	expect(worker.headers()['cache-control']).toBe('public, no-cache');
	expect(worker.headers()['content-type']).toContain('text/javascript');
	const policy = (await visit.page.request.get('/')).headers()['content-security-policy']?.split('; ');
	expect(policy).toContain("worker-src 'self'");
	expect(policy).toContain("manifest-src 'self'");
	await visit.end();
});
