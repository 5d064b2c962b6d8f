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
	choose(shown() === 'dark' ? 'light' : 'dark');
}

export function choose(wanted: Theme): void {
	theme.chosen = wanted;
	document.documentElement.dataset.theme = wanted;
	if (wanted) localStorage.setItem('theme', wanted);
	else localStorage.removeItem('theme');
	paintFrame();
}

/** The browser's own frame around the page: the ground's colour, as in tokens.css, app.html and the manifest. */
const GROUND = { light: '#f6f6f4', dark: '#111413' };

export function paintFrame(): void {
	for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]'))
		meta.content = GROUND[theme.chosen || (meta.media.includes('dark') ? 'dark' : 'light')];
}
