// Where the router looks for a page. Never here: what happens before the first one (hooks.client.ts).
import type { Reroute } from '@sveltejs/kit';
import { readable } from '$lib/readable';

export const reroute: Reroute = ({ url }) => readable(url.pathname);
