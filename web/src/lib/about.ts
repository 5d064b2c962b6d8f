// What the installation is: asked for once while the page is open, and again only when that failed.
import { about as ask, type About } from './api/endpoints';

let asked: Promise<About> | undefined;

export function about(): Promise<About> {
	asked ??= ask().catch((error: unknown) => {
		asked = undefined;
		throw error;
	});
	return asked;
}
