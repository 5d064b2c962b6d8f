// The report of one upload with all its lines, asked for again until it is finished.
import type { UploadReport } from '$lib/api/endpoints';
import { Problem } from '$lib/api/problem';
import { allLines, retryFile, uploadReport } from './calls';
import { change, lineRow, type Row } from './rows';
import { reason } from './send';

const POLL_MS = 1000;
/** While the answers are silence or refusals that pass. */
const POLL_AGAIN_MS = 4000;

export class ReportOf {
	head = $state.raw<UploadReport | undefined>();
	rows = $state.raw<Row[]>([]);
	problem = $state.raw<Problem | undefined>();
	#id: string;
	#left = false;
	#following = false;
	/** Asked to follow while an answer is on its way: that answer may be older than what was pressed. */
	#again = false;
	#wake = () => {};

	constructor(id: string) {
		this.#id = id;
	}

	/** Follows it to its end; where that is done already, asks at once, and once more where an answer is on its way. */
	async follow(): Promise<void> {
		this.#left = false;
		this.#again = true;
		if (this.#following) return this.#wake();
		this.#following = true;
		while (!this.#left) {
			this.#again = false;
			let ended: boolean;
			try {
				ended = await this.#ask();
				this.problem = undefined;
			} catch (error) {
				this.problem = Problem.from(error);
				ended = !this.problem.passing;
			}
			if (this.#again) continue;
			if (ended) break;
			await this.#rest(this.problem ? POLL_AGAIN_MS : POLL_MS);
		}
		this.#following = false;
	}

	/** Has one file tried again, and follows it. */
	async again(row: Row): Promise<void> {
		if (!row.retry) return;
		const { upload, position } = row.retry;
		const becomes = (to: Partial<Row>) => (this.rows = change(this.rows, [row], () => to));
		becomes({ stage: 'reading', share: 0, said: null, retry: null });
		try {
			becomes(lineRow(upload, await retryFile(upload, position)));
			await this.follow();
		} catch (error) {
			const said = `Not tried again. ${reason(Problem.from(error))}`;
			becomes({ stage: row.stage, said, retry: row.retry });
		}
	}

	/** Whether there is nothing more to ask. */
	async #ask(): Promise<boolean> {
		const head = await uploadReport(this.#id);
		this.head = head;
		const rows = (lines: UploadReport['files']['items']) => lines.map((line) => lineRow(this.#id, line));
		if (this.rows.length === 0 || !head.files.next_cursor) this.rows = rows(head.files.items);
		if (head.status === 'processing') return false;
		if (head.files.next_cursor) this.rows = rows(await allLines(this.#id, (l) => (this.rows = rows(l))));
		return true;
	}

	async #rest(milliseconds: number): Promise<void> {
		await new Promise<void>((done) => {
			this.#wake = done;
			setTimeout(done, milliseconds);
		});
	}

	leave(): void {
		this.#left = true;
	}
}
