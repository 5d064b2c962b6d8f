// Whether the athlete's numbers are being computed again, and how far that is: looked at until it is done. Never here: what
// is shown of it (Computing.svelte), other jobs (lib/jobs/).
import { client } from '$lib/api/endpoints';
import { Problem } from '$lib/api/problem';
import type { components } from '$lib/api/schema';

export type Job = components['schemas']['JobItem'];

/** Between two looks while there is something to be done; while nobody answers. */
const EVERY_MS = 1000;
const AGAIN_MS = 4000;

/** The jobs of one look, those asked for last: an athlete's are done one after the other. */
const SHOWN = 10;

/** Of an administrator's list, which has everybody's, only their own. */
const asked = (athlete: string) =>
	client
		.send<components['schemas']['JobList']>('/v1/jobs', {
			query: { job_type: 'recompute.athlete', athlete_id: athlete, limit: SHOWN },
		})
		.then((list) => list.jobs);

/** The one to tell of: what runs, else what waits; none where all have ended. */
export function underWay(jobs: Job[]): Job | undefined {
	const live = jobs.filter(({ status }) => status === 'running' || status === 'pending');
	return live.find(({ status }) => status === 'running') ?? live.at(-1);
}

export class Recompute {
	job = $state.raw<Job | undefined>();
	#ask: () => Promise<Job[]>;
	#later: ReturnType<typeof setTimeout> | undefined;
	/** Answers that were overtaken by a newer question are thrown away. */
	#newest = 0;

	constructor(athlete: string, ask: (athlete: string) => Promise<Job[]> = asked) {
		this.#ask = () => ask(athlete);
	}

	/** Looks now, and goes on for as long as there is something to be done. */
	async look(): Promise<void> {
		clearTimeout(this.#later);
		const mine = ++this.#newest;
		let pause: number | undefined;
		try {
			const job = underWay(await this.#ask());
			if (mine !== this.#newest) return;
			this.job = job;
			pause = job && EVERY_MS;
		} catch (error) {
			if (mine !== this.#newest) return;
			const { passing } = Problem.from(error);
			// What is not known is not shown.
			if (!passing) this.job = undefined;
			pause = passing ? AGAIN_MS : undefined;
		}
		if (pause !== undefined) this.#later = setTimeout(() => void this.#again(), pause);
	}

	leave(): void {
		this.#newest++;
		clearTimeout(this.#later);
	}

	async #again(): Promise<void> {
		if (document.visibilityState === 'visible') return this.look();
		this.#later = setTimeout(() => void this.#again(), EVERY_MS);
	}
}
