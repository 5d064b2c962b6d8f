// Who the browser's tabs belong to: they share cookies, so that a sign-in or sign-out in one changes all. Never here: what
// an athlete may see, what a tab does about it (whose.svelte.ts).
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

/** Who is signed in as the tabs last said; undefined where nothing is kept, or nobody has said it yet. */
export function toldLast(): string | undefined {
	try {
		return localStorage.getItem(KEY) ?? undefined;
	} catch {
		return undefined;
	}
}

/** Who is signed in as another tab says; null: nobody; undefined: it speaks of something else. */
export function toldBy({ key, newValue }: Pick<StorageEvent, 'key' | 'newValue'>): string | null | undefined {
	return key === KEY || key === null ? newValue : undefined;
}
