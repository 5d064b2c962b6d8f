// The end of a session in this browser: no tab keeps anything of whoever was signed in.
// Never here: ending it on the server (api/).

const SIGN_IN = '/sign-in';
const channel = new BroadcastChannel('session');

/** Everywhere a full load, so that nothing of this athlete stays in memory. */
export function left(): void {
	channel.postMessage('left');
	location.assign(SIGN_IN);
}

/** For every tab that shows somebody's own. */
export function leaveWithOthers(): () => void {
	const go = () => location.replace(SIGN_IN);
	channel.addEventListener('message', go);
	return () => channel.removeEventListener('message', go);
}
