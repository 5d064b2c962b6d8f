// Short messages at the foot of the page, each with at most one thing to do ("Undo").
export interface Notice {
	id: number;
	text: string;
	action?: { label: string; run: () => void | Promise<void> };
}

/** Long enough to read and to reach with the keyboard. */
const STAYS_MS = 12_000;

let last = 0;
/** When each goes, by its id. */
// eslint-disable-next-line svelte/prefer-svelte-reactivity -- nobody draws it
const leaving = new Map<number, ReturnType<typeof setTimeout>>();
export const notices = $state<Notice[]>([]);

/** What stands there already is not told twice; the same words with another way on are something else. */
export function notify(text: string, action?: Notice['action']): void {
	if (notices.some((notice) => notice.text === text && notice.action?.run === action?.run)) return;
	const id = ++last;
	notices.push({ id, text, action });
	leave(id);
}

/** It stays while somebody is at it. */
export function stay(id: number): void {
	clearTimeout(leaving.get(id));
}

/** From now on it stays as long as a new one. */
export function leave(id: number): void {
	stay(id);
	if (!notices.some((notice) => notice.id === id)) return;
	const later = setTimeout(() => dismiss(id), STAYS_MS);
	leaving.set(id, later);
}

/** They speak of what somebody did who has left. */
export function dismissAll(): void {
	for (const { id } of [...notices]) dismiss(id);
}

export function dismiss(id: number): void {
	stay(id);
	leaving.delete(id);
	const at = notices.findIndex((notice) => notice.id === id);
	if (at >= 0) notices.splice(at, 1);
}
