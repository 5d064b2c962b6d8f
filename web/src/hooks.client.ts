// What happens before the first page is drawn, and to an error that no page caught. Never here: errors of the API, which pages show themselves.
import type { ClientInit, HandleClientError } from '@sveltejs/kit';
import { askEarly } from '$lib/api/early';

export const init: ClientInit = askEarly;

export const handleError: HandleClientError = ({ error, status, message }) => {
	// An unknown address is the visitor's, and the page for it says so.
	// eslint-disable-next-line no-console -- this is where an error of ours is told
	if (status !== 404) console.error(error);
	return { message };
};
