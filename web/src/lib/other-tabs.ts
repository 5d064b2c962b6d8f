// Who the browser's tabs belong to: they share cookies, so that a sign-in or sign-out in one changes all. Never here: what
// an athlete may see.
const KEY = 'athlete';

/** Says to the other tabs who is signed in; null: nobody. */
export function tellTabs(athlete: string | null): void {
	try {
		if (athlete === null) localStorage.removeItem(KEY);
		else localStorage.setItem(KEY, athlete);
	} catch {
		// A browser that keeps nothing: its tabs learn it from the server.
	}
}

/** Whether another tab said that this athlete is no longer the one who is signed in. */
export function isOverFor(athlete: string, event: Pick<StorageEvent, 'key' | 'newValue'>): boolean {
	return (event.key === KEY || event.key === null) && event.newValue !== athlete;
}
