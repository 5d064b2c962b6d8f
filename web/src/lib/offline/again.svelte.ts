// Asking again by itself while nobody answers: when the connection is back, and after pauses that grow, for a server that
// comes back tells nobody. Never here: what is asked for.
import type { Problem } from '$lib/api/problem';

const PAUSES_MS = [5000, 10_000, 20_000, 30_000];

/** How long to wait after so many failures in a row. */
export const pauseAfter = (failures: number): number =>
	PAUSES_MS[Math.min(failures, PAUSES_MS.length) - 1] ?? 5000;

/**
 * Call while a component is made. Each silence is one failure; `ask` is not called while an answer is on its way, for that
 * one would be thrown away, and a slow server never heard. What this gives asks at once.
 */
export function askAgain(
	problem: () => Problem | undefined,
	ask: () => (() => void) | undefined,
): () => void {
	let failures = 0;
	/** The silence after which nothing was asked yet. */
	let open: Problem | undefined;
	const once = () => {
		open = undefined;
		ask()?.();
	};
	const byItself = () => {
		if (open && navigator.onLine) once();
	};
	$effect(() => {
		const silence = problem();
		if (!silence?.offline || !ask()) return;
		open = silence;
		const later = setTimeout(byItself, pauseAfter(++failures));
		addEventListener('online', byItself);
		return () => {
			clearTimeout(later);
			removeEventListener('online', byItself);
		};
	});
	return once;
}
