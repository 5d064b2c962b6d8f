// Everything of the page of jobs, asked for again while somebody looks at it. Never here: what is shown of it.
import { Loaded } from '$lib/loaded.svelte';
import { notify } from '$lib/notices.svelte';
import { Problem } from '$lib/api/problem';
import { deadLetters, jobsIn, schedules, statistics, workers } from './calls';

/** Between two looks; while nobody answers, and out of sight. */
const EVERY_MS = 2000;
const AGAIN_MS = 6000;

/** What changes by the hour is asked for with every so manieth look. */
const SELDOM = 5;

export class Live {
	readonly statistics = new Loaded(statistics);
	readonly running = new Loaded(() => jobsIn('running'));
	readonly retrying = new Loaded(() => jobsIn('retrying'));
	readonly dead = new Loaded(deadLetters);
	readonly schedules = new Loaded(schedules);
	readonly workers = new Loaded(workers);
	/** Whether an action is on its way. */
	busy = $state(false);
	#looks = 0;
	#later: ReturnType<typeof setTimeout> | undefined;
	#left = false;

	/** Whether what stands there is older than it should be. */
	get stale(): boolean {
		return this.statistics.problem !== undefined && this.statistics.value !== undefined;
	}

	/** Looks from now on; the first answers are on their way. */
	follow(): () => void {
		this.#rest(EVERY_MS);
		return () => {
			this.#left = true;
			clearTimeout(this.#later);
		};
	}

	/** Looks at once. */
	async look(all = true): Promise<void> {
		const often = [this.statistics, this.running, this.retrying, this.dead];
		const parts = all ? [...often, this.schedules, this.workers] : often;
		// One that is on its way is not asked for again: a slow server would never be heard.
		await Promise.all(parts.filter((one) => all || !one.waiting).map((one) => one.reload()));
	}

	/** Does something and looks what came of it; what went wrong is told. */
	async act<T>(what: () => Promise<T>, done: (answer: T) => string): Promise<boolean> {
		if (this.busy) return false;
		this.busy = true;
		try {
			notify(done(await what()));
			await this.look();
			return true;
		} catch (error) {
			const problem = Problem.from(error);
			notify(problem.offline ? 'Paceline cannot be reached. Nothing was changed.' : problem.message);
			return false;
		} finally {
			this.busy = false;
		}
	}

	#rest(milliseconds: number) {
		if (this.#left) return;
		this.#later = setTimeout(() => void this.#again(), milliseconds);
	}

	async #again() {
		if (document.visibilityState === 'visible') await this.look(++this.#looks % SELDOM === 0);
		this.#rest(this.statistics.problem ? AGAIN_MS : EVERY_MS);
	}
}
