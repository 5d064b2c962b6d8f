// What was deleted and can still come back, page by page, and bringing it back. Never here: what a row looks like.
import { deletedActivities, restoreActivity, type DeletedActivity } from '$lib/api/endpoints';
import { Problem } from '$lib/api/problem';
import { forgetList } from './list.svelte';

/** What the list needs from the world; the tests give their own. */
export interface World {
	page: typeof deletedActivities;
	restore: (id: string) => Promise<unknown>;
}

/** `gone`: it was not there to be restored any more; another tab did it, or its time is over. */
export type Outcome = 'back' | 'gone' | 'refused';

export class DeletedList {
	rows = $state.raw<DeletedActivity[]>([]);
	waiting = $state(false);
	ended = $state(false);
	problem = $state.raw<Problem | undefined>();
	/** Which are on their way back. */
	restoring = $state.raw<readonly string[]>([]);
	/** Why one did not come back, by its id; empty while it is tried. */
	refused = $state.raw<Record<string, string>>({});
	#cursor: string | null = null;
	/** Answers that were overtaken by a newer request are thrown away. */
	#newest = 0;
	#world: World;

	constructor(world: World = { page: deletedActivities, restore: restoreActivity }) {
		this.#world = world;
		void this.more();
	}

	async more(): Promise<void> {
		if (!this.waiting && !this.ended) await this.#load();
	}

	async #load(): Promise<void> {
		const mine = ++this.#newest;
		this.waiting = true;
		try {
			const page = await this.#world.page(this.#cursor);
			if (mine !== this.#newest) return;
			this.rows = [...this.rows, ...page.items];
			this.#cursor = page.next_cursor ?? null;
			this.ended = this.#cursor === null;
			this.problem = undefined;
		} catch (error) {
			if (mine !== this.#newest) return;
			this.problem = Problem.from(error);
		}
		this.waiting = false;
	}

	/** An event may bring legs to the list, so what is shown is asked for again. */
	async restore({ id, sport }: DeletedActivity): Promise<Outcome> {
		this.refused = { ...this.refused, [id]: '' };
		this.restoring = [...this.restoring, id];
		try {
			await this.#world.restore(id);
			forgetList();
			this.#drop(id);
			if (sport === 'multisport') this.#again();
			return 'back';
		} catch (error) {
			const problem = Problem.from(error);
			if (problem.status === 404) {
				forgetList();
				this.#drop(id);
				return 'gone';
			}
			this.refused = { ...this.refused, [id]: problem.detail ?? problem.title };
			return 'refused';
		} finally {
			this.restoring = this.restoring.filter((other) => other !== id);
		}
	}

	/** When nothing is left to see, the next page comes by itself. */
	#drop(id: string): void {
		this.rows = this.rows.filter((row) => row.id !== id);
		if (this.rows.length === 0) void this.more();
	}

	/** From the start, also while a page is on its way. */
	#again(): void {
		this.rows = [];
		this.#cursor = null;
		this.ended = false;
		void this.#load();
	}
}
