// One request with files until it is answered: renews the session once, and waits while the server is busy.
import type { UploadReport } from '$lib/api/endpoints';
import { Problem } from '$lib/api/problem';

/** An answer as it came. Status 0: none came. */
export interface Sent {
	status: number;
	body: string;
	retryAfter: string | null;
}

export interface SendWorld {
	post: () => Promise<Sent>;
	/** Renews the session; false: it is over. */
	refresh: () => Promise<boolean>;
	/** Waits; the server is busy. Rejects when the person stops. */
	pause: (seconds: number) => Promise<void>;
	/** Whether the person has stopped it, or left. */
	stopped: () => boolean;
}

const PAUSE_S = 5;
const LONGEST_PAUSE_S = 120;

/** `Retry-After` in seconds: a number, or an instant. */
export function retrySeconds(value: string | null, now: number): number {
	const seconds = Number(value);
	const wanted = value && !Number.isNaN(seconds) ? seconds : (Date.parse(value ?? '') - now) / 1000;
	return Number.isNaN(wanted) ? PAUSE_S : Math.min(LONGEST_PAUSE_S, Math.max(1, Math.ceil(wanted)));
}

/** Gives the report of what was sent. Throws a `Problem`. */
export async function send({ post, refresh, pause, stopped }: SendWorld): Promise<UploadReport> {
	let renewed = false;
	for (;;) {
		const { status, body, retryAfter } = await post();
		if (status === 200 || status === 202) return JSON.parse(body) as UploadReport;
		const problem = status === 0 ? Problem.silence() : Problem.parse(status, body);
		if (status === 401 && !renewed) {
			renewed = true;
			// Whoever is signed in when it is renewed may be somebody else.
			if (!(await refresh()) || stopped()) throw problem;
		} else if (status === 429 || status === 503) {
			await pause(retrySeconds(retryAfter, Date.now()));
		} else {
			throw problem;
		}
	}
}

/** What a failed request means for those behind it. */
export function haltsAll(problem: Problem): boolean {
	if (problem.isAnother) return true;
	return problem.offline || problem.status === 401 || problem.status === 403 || problem.status === 507;
}

/** The server looked at this one file and does not want it: sending it again changes nothing. */
export function isVerdict(problem: Problem, files: number): boolean {
	return files === 1 && (problem.status === 400 || problem.status === 413 || problem.status === 422);
}

/** Why files were not sent, for a person. */
export function reason(problem: Problem): string {
	if (problem.offline) return 'Paceline cannot be reached.';
	if (problem.status === 401) return 'Your session has ended.';
	return problem.detail ?? problem.title;
}
