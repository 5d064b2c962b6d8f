// Short messages at the foot of the page, each with at most one thing to do ("Undo").
export interface Notice {
	id: number;
	text: string;
	action?: { label: string; run: () => void | Promise<void> };
}

/** Long enough to read and to reach with the keyboard. */
const STAYS_MS = 12_000;

let last = 0;
export const notices = $state<Notice[]>([]);

/** What stands there already is not told twice. */
export function notify(text: string, action?: Notice['action']): void {
	if (notices.some((notice) => notice.text === text)) return;
	const id = ++last;
	notices.push({ id, text, action });
	setTimeout(() => dismiss(id), STAYS_MS);
}

export function dismiss(id: number): void {
	const at = notices.findIndex((notice) => notice.id === id);
	if (at >= 0) notices.splice(at, 1);
}
