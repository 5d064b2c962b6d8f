// The addresses of the account: its password and its sessions, and which version answers.
import { createContext } from 'svelte';
import { about } from '$lib/about';
import { client, type Profile } from '$lib/api/endpoints';
import { tellTabs } from '$lib/other-tabs';
import { Problem } from '$lib/api/problem';

/** The shell holds the profile; a page that changed it says so with this. */
export const [profileChanged, setProfileChanged] = createContext<(profile: Profile) => void>();

/** The client renews no session for addresses of signing in, where 401 is an answer. For these it may have run out, too. */
async function signedIn<T>(path: string, json: unknown): Promise<T> {
	const send = () => client.send<T>(path, { method: 'POST', json });
	return send().catch(async (error: unknown) => {
		const problem = Problem.from(error);
		if (problem.status !== 401 || problem.code === 'wrong_credentials') throw problem;
		if (!(await client.refresh())) throw problem;
		return send();
	});
}

export const changePassword = (current_password: string, new_password: string) =>
	signedIn('/v1/auth/change-password', { current_password, new_password });
export async function signOutEverywhere(): Promise<void> {
	await signedIn('/v1/auth/logout-all', {});
	tellTabs(null);
}

export const version = () => about().then((known) => known.version);
