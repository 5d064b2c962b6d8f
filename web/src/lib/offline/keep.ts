// Has the application's code kept on this device, so that it opens without a network.
// Never here: what is kept, and when it is used (src/service-worker.ts).
import { dev } from '$app/environment';
import { preloadCode } from '$app/navigation';

const PAGES = ['/', '/activities', '/activities/any', '/activities/deleted', '/upload', '/profile'];
/** What is looked at comes first. */
const AFTER_MS = 3000;

/** Once the page is quiet. The function that it gives back calls it off. */
export function keepCode(): () => void {
	const later = setTimeout(() => void install(), AFTER_MS);
	return () => clearTimeout(later);
}

/** Where there is no service worker (plain http, private windows) the code stays in memory while the page is open. */
async function install() {
	if (dev) return;
	const installed = await navigator.serviceWorker?.register('/service-worker.js').catch(() => undefined);
	if (!installed) for (const path of PAGES) void preloadCode(path).catch(() => undefined);
}
