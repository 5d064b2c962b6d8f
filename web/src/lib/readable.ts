// Addresses that cannot be read: half of a letter, as a cut link has it. Never here: addresses of pages.

/** An address that no page has. */
const NOWHERE = '/there/is/nothing/here';

/** Where to look for the page: the router would break at what it cannot read. */
export function readable(pathname: string): string {
	try {
		// What is decoded must be looked at: the bundler drops a call of which nothing is used.
		return decodeURI(pathname) === '' ? NOWHERE : pathname;
	} catch {
		return NOWHERE;
	}
}
