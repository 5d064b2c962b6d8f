// What would be lost if the page were left: files that are not sent, words that are not saved. While there is any, the
// browser asks before it leaves, and a session that ends does not lead away. Never here: sending and saving.

let many = 0;

/** Something would be lost from now on, until what this gives is called. */
export function keep(): () => void {
	if (many++ === 0) addEventListener('beforeunload', ask);
	let kept = true;
	return () => {
		if (!kept) return;
		kept = false;
		if (--many === 0) removeEventListener('beforeunload', ask);
	};
}

export const anyUnsaved = (): boolean => many > 0;

function ask(event: BeforeUnloadEvent): void {
	event.preventDefault();
}
