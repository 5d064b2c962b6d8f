// Which rows of a long list are in sight. Pure, so that it is tested without a browser.

export interface Sight {
	first: number;
	/** One behind the last. */
	end: number;
}

/** Rows beyond the edges, so that a quick scroll and the Tab key find the next ones drawn. */
const BEYOND = 12;

/** `top`: how far the list's first row lies above the window's upper edge, in px; negative when it lies below. */
export function inSight(top: number, windowHeight: number, rowHeight: number, rows: number): Sight {
	const first = Math.floor(top / rowHeight) - BEYOND;
	const end = Math.ceil((top + windowHeight) / rowHeight) + BEYOND;
	return { first: Math.min(rows, Math.max(0, first)), end: Math.max(0, Math.min(rows, end)) };
}

/** No window of this height ever has more rows in sight. */
export function mostInSight(windowHeight: number, rowHeight: number): number {
	return Math.ceil(windowHeight / rowHeight) + 1 + 2 * BEYOND;
}
