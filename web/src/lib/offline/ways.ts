// What the service worker does with a request, and which kept versions it may throw away. Decisions only.
// Never here: caches and requests themselves (src/service-worker.ts).

/** Addresses that are the server's own: the same list as in app/server/src/routes.rs. */
const APART = ['/v1', '/api', '/docs'];
const NAMED_BY_CONTENT = '/_app/immutable/';
const PREFIX = 'paceline-';

/** One page for every address. */
export const SHELL = '/index.html';

/**
 * `passed`: the worker stays out of it. `kept`: from what was kept when the worker was installed. `page`: from the server,
 * and the kept shell when nobody answers.
 */
export type Way = 'passed' | 'kept' | 'page';

export interface Asked {
	method: string;
	mode: string;
	url: string;
}

/** `files` are the addresses that were kept, besides those whose name changes with their bytes. */
export function wayOf({ method, mode, url }: Asked, origin: string, files: readonly string[]): Way {
	const { origin: of, pathname } = new URL(url);
	const apart = APART.some((prefix) => pathname === prefix || pathname.startsWith(`${prefix}/`));
	if (method !== 'GET' || of !== origin || apart) return 'passed';
	if (pathname.startsWith(NAMED_BY_CONTENT) || files.includes(pathname)) return 'kept';
	return mode === 'navigate' ? 'page' : 'passed';
}

/** Whether its bytes can never change under this address. */
export const isLasting = (path: string) => path.startsWith(NAMED_BY_CONTENT);

/** The files that the shell names itself: its start scripts are made after SvelteKit has counted its files. */
export function namedBy(shell: string): string[] {
	return [...shell.matchAll(/(?:src|href)="(\/_app\/immutable\/[^"]+)"/g)].map(([, path]) => path ?? '');
}

/** A gateway's word that there is no server behind it, or our own that it cannot answer: the kept page says it better. */
export const isSilence = (status: number) => status === 502 || status === 503 || status === 504;

export const cacheName = (version: string) => PREFIX + version;

/**
 * Kept versions that no page needs: all that are older than one's own but the last `whole` one, whose pages may still be
 * open and load parts of themselves. One that is not whole is what a browser left that was closed while it installed it;
 * one that is newer may be on its way. Names come in the order in which they were installed last.
 */
export function superseded(
	names: readonly string[],
	own: string,
	whole: (name: string) => boolean,
): string[] {
	const older = names.slice(0, Math.max(0, names.indexOf(own))).filter((name) => name.startsWith(PREFIX));
	const before = older.findLast(whole);
	return older.filter((name) => name !== before);
}
