// How large the text is that the browser's settings ask for. Never here: the sizes of single parts, which are in rem.

/** One rem in px. */
export const rem = (): number => parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
