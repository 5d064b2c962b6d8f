// Names that people gave, inside our sentences. Never here: names in a place of their own, which <bdi> isolates.
const [OPEN, CLOSE] = [String.fromCharCode(0x2068), String.fromCharCode(0x2069)];

/** The name, such that one written from right to left turns itself only, and not the words behind it (UAX 9). */
export function isolated(name: string): string {
	return OPEN + name + CLOSE;
}
