// What happens to an error that no page caught. Never here: errors of the API, which pages show themselves.
import type { HandleClientError } from '@sveltejs/kit';

export const handleError: HandleClientError = ({ error, status, message }) => {
	// An unknown address is the visitor's, and the page for it says so.
	// eslint-disable-next-line no-console -- this is where an error of ours is told
	if (status !== 404) console.error(error);
	return { message };
};
