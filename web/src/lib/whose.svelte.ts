// Whose page this is, and whether it still is theirs: the tabs of a browser share their cookies, so that another one may
// have signed out, or signed somebody else in. What began for one athlete is neither shown to another nor sent to them.
// Never here: how tabs tell each other (other-tabs.ts), what a person sees of it (parts/Over.svelte).

/** `left`: nobody is signed in any more. `another`: somebody else is. */
export type Over = 'left' | 'another';

/** Something of one athlete that outlives a page of the shell. */
export interface Holder {
	/** Sends nothing more. */
	stop: () => void;
	/** Drops what it has. */
	forget: () => void;
}

let athlete: string | null = null;
const standing = $state<{ over: Over | null }>({ over: null });
const holders: Holder[] = [];

export function hold(holder: Holder): void {
	holders.push(holder);
}

/** The athlete whose page this is; null before anybody was asked for. */
export const whose = (): string | null => athlete;

export const over = (): Over | null => standing.over;

/** From now on the page is this athlete's. What is held of another is dropped. */
export function belongTo(id: string): void {
	if (athlete !== null && athlete !== id) holders.forEach((holder) => holder.forget());
	athlete = id;
	standing.over = null;
}

/** It is theirs no longer. Nothing goes out, and what is held waits for them. */
export function end(how: Over): void {
	if (athlete === null) return;
	standing.over = how;
	holders.forEach((holder) => holder.stop());
}

/** Who is signed in now, as another tab said; null: nobody. */
export function hear(signedIn: string | null): void {
	if (athlete === null) return;
	if (signedIn === athlete) standing.over = null;
	else end(signedIn === null ? 'left' : 'another');
}
