// Light, dark or as the system says. app.html applies the choice before the first paint.
type Theme = '' | 'light' | 'dark';

const chosen = () => (document.documentElement.dataset.theme ?? '') as Theme;

export const theme = $state({ chosen: chosen() });

/** Light or dark, as it is shown now. */
export function shown(): 'light' | 'dark' {
	if (theme.chosen) return theme.chosen;
	return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

export function toggle(): void {
	theme.chosen = shown() === 'dark' ? 'light' : 'dark';
	document.documentElement.dataset.theme = theme.chosen;
	localStorage.setItem('theme', theme.chosen);
}
