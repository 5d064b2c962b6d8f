// The design tokens as colours that a canvas understands, in the theme that is shown.
import { shown } from '$lib/theme.svelte';

export type ChartColour = 'blue' | 'orange' | 'green' | 'purple' | 'ink';

const TOKENS: Record<ChartColour, string> = {
	blue: '--chart-blue',
	orange: '--chart-orange',
	green: '--chart-green',
	purple: '--chart-purple',
	ink: '--ink',
};

/** Resolving a token costs a style computation; each is resolved once per theme. */
const resolved = new Map<string, string>();
let probe: HTMLElement | undefined;

/** A token's colour, as `rgb(…)`, with an opacity if given. */
export function token(name: string, opacity = 1): string {
	const key = `${shown()} ${name} ${opacity}`;
	let colour = resolved.get(key);
	if (!colour) {
		probe ??= document.body.appendChild(Object.assign(document.createElement('i'), { hidden: true }));
		probe.style.color = `var(${name})`;
		const plain = getComputedStyle(probe).color;
		colour = opacity === 1 ? plain : plain.replace(/^rgb\((.*)\)$/, `rgba($1, ${opacity})`);
		resolved.set(key, colour);
	}
	return colour;
}

export const chartColour = (colour: ChartColour, opacity = 1) => token(TOKENS[colour], opacity);
export const cssColour = (colour: ChartColour) => `var(${TOKENS[colour]})`;
