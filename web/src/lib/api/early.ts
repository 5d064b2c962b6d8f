// The one answer that every page of the shell begins with, asked for while the page's code is still on its way.
// Never here: what is done with it.
import { client, profile, type Profile } from './endpoints';

let asked: Promise<Profile> | undefined;

export function askEarly(): void {
	if (!client.hasSession || location.pathname.startsWith('/sign-')) return;
	asked = profile();
	// Whoever takes it hears of a failure.
	asked.catch(() => undefined);
}

/** The answer that is on its way; a new one when it was taken before. */
export function takeProfile(): Promise<Profile> {
	const taken = asked ?? profile();
	asked = undefined;
	return taken;
}
