// Earlier uploads, page by page. What is there stays while it is asked for again.
import { Problem } from '$lib/api/problem';
import { uploads, type UploadItem } from './calls';

const PAGE = 10;

export class EarlierUploads {
	items = $state.raw<UploadItem[]>([]);
	waiting = $state(false);
	ended = $state(false);
	problem = $state.raw<Problem | undefined>();
	#cursor: string | null = null;
	#again = () => this.more();

	/** The newest ones, anew. */
	reload(): Promise<void> {
		return this.#load(null, () => this.reload());
	}

	/** The page after those that are there. */
	async more(): Promise<void> {
		if (!this.ended) await this.#load(this.#cursor, () => this.more());
	}

	/** What failed, once more. */
	again(): Promise<void> {
		return this.#again();
	}

	async #load(cursor: string | null, again: () => Promise<void>): Promise<void> {
		if (this.waiting) return;
		this.waiting = true;
		this.#again = again;
		try {
			const page = await uploads(PAGE, cursor);
			this.items = cursor === null ? page.items : [...this.items, ...page.items];
			this.#cursor = page.next_cursor ?? null;
			this.ended = this.#cursor === null;
			this.problem = undefined;
		} catch (error) {
			this.problem = Problem.from(error);
		}
		this.waiting = false;
	}
}
