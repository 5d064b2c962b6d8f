// Where a person goes after signing in. Pure. Never here: signing in.

/** The page that was wanted, as a path of ours; the dashboard when it lies elsewhere or is itself a way to sign in. */
export function pathAfter(search: URLSearchParams, origin: string): string {
	const wanted = search.get('next') ?? '/';
	if (!URL.canParse(wanted, origin)) return '/';
	const url = new URL(wanted, origin);
	// Browsers drop tabs and line ends, and read `//` as another host: only what they made of it counts.
	const ours = url.origin === origin && !url.pathname.startsWith('//');
	const signsIn = /^\/sign-(?:in|up)\/?$/.test(url.pathname);
	return ours && !signsIn ? url.pathname + url.search + url.hash : '/';
}
