// Earlier uploads, page by page. What is there stays while it is asked for again.
import { Problem } from '$lib/api/problem';
import { uploadReport, uploads, type UploadItem } from './calls';
import { sum } from './words';

const PAGE = 10;

export class EarlierUploads {
	items = $state.raw<UploadItem[]>([]);
	/** The list has no counts; each report has. A sum that does not come is left out. */
	sums = $state<Record<string, string>>({});
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
			void this.#count(page.items);
		} catch (error) {
			this.problem = Problem.from(error);
		}
		this.waiting = false;
	}

	async #count(page: UploadItem[]): Promise<void> {
		for (const { id } of page) {
			if (this.sums[id]) continue;
			const report = await uploadReport(id).catch(() => undefined);
			if (report?.finished_at) this.sums[id] = sum(report.progress) || 'no files';
		}
	}
}
