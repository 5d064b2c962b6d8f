// What was deleted and can still come back, page by page, and bringing it back. Never here: what a row looks like.
import { deletedActivities, restoreActivity, type DeletedActivity } from '$lib/api/endpoints';
import { Problem } from '$lib/api/problem';
import { forgetList } from './list.svelte';

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

	constructor() {
		void this.more();
	}

	async more(): Promise<void> {
		if (this.waiting || this.ended) return;
		this.waiting = true;
		this.problem = undefined;
		try {
			const page = await deletedActivities(this.#cursor);
			this.rows = [...this.rows, ...page.items];
			this.#cursor = page.next_cursor ?? null;
			this.ended = this.#cursor === null;
		} catch (error) {
			this.problem = Problem.from(error);
		}
		this.waiting = false;
	}

	/** Whether it came back. An event may bring legs to the list, so what is shown is asked for again. */
	async restore({ id, sport }: DeletedActivity): Promise<boolean> {
		this.refused = { ...this.refused, [id]: '' };
		this.restoring = [...this.restoring, id];
		try {
			await restoreActivity(id);
			forgetList();
			this.rows = this.rows.filter((row) => row.id !== id);
			if (sport === 'multisport') this.#again();
			return true;
		} catch (error) {
			const problem = Problem.from(error);
			this.refused = { ...this.refused, [id]: problem.detail ?? problem.title };
			return false;
		} finally {
			this.restoring = this.restoring.filter((other) => other !== id);
		}
	}

	#again(): void {
		this.rows = [];
		this.#cursor = null;
		this.ended = false;
		void this.more();
	}
}
