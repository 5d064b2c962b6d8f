// The activities that a filter gives, page by page. The last list is kept, so that going back to it finds it as it was.
// Never here: what a row looks like.
import { activities, type Activity, type ActivityQuery } from '$lib/api/endpoints';
import { Problem } from '$lib/api/problem';
import { hold } from '$lib/whose.svelte';

const PAGE = 100;
const FIELDS = 'id,name,sport,start_time,distance_m,moving_time_s,pace_s_per_km,avg_hr_bpm,ascent_m,is_race';

export type Row = Pick<
	Activity,
	| 'id'
	| 'name'
	| 'sport'
	| 'start_time'
	| 'distance_m'
	| 'moving_time_s'
	| 'pace_s_per_km'
	| 'avg_hr_bpm'
	| 'ascent_m'
	| 'is_race'
>;

export class ActivityList {
	rows = $state.raw<Row[]>([]);
	total = $state<number | undefined>();
	waiting = $state(false);
	ended = $state(false);
	problem = $state.raw<Problem | undefined>();
	#query: ActivityQuery;
	#cursor: string | null = null;

	constructor(query: ActivityQuery) {
		this.#query = query;
		void this.#count();
		void this.more();
	}

	/** Fetches the next page, unless one is on its way or none is left. */
	async more(): Promise<void> {
		if (this.waiting || this.ended) return;
		this.waiting = true;
		try {
			const cursor = this.#cursor ?? undefined;
			const page = await activities({ ...this.#query, limit: PAGE, cursor, fields: FIELDS });
			this.rows = [...this.rows, ...page.items];
			this.#cursor = page.next_cursor ?? null;
			this.ended = this.#cursor === null;
			this.problem = undefined;
		} catch (error) {
			this.problem = Problem.from(error);
		}
		this.waiting = false;
	}

	/** The number of all of them; the list works without it. */
	async #count(): Promise<void> {
		const page = await activities({ ...this.#query, page: 1, limit: 1, fields: 'id' }).catch(() => undefined);
		this.total = page?.pagination?.total;
	}
}

let last: { key: string; list: ActivityList } | undefined;

/** The list of a filter: the one that was shown last, if it is the same, else a new one. */
export function listOf(query: ActivityQuery): ActivityList {
	const key = JSON.stringify(query);
	if (last?.key !== key) last = { key, list: new ActivityList(query) };
	return last.list;
}

/** Whether the list of a filter was shown before, and is there still. */
export const isKept = (query: ActivityQuery): boolean => last?.key === JSON.stringify(query);

/** What was shown is no longer true: an activity came, went or changed. */
export function forgetList(): void {
	last = undefined;
}

hold({ stop: () => undefined, forget: forgetList });
