// The report of one upload with all its lines, asked for again until it is finished.
import type { UploadReport } from '$lib/api/endpoints';
import { Problem } from '$lib/api/problem';
import { allLines, uploadReport } from './calls';
import { lineRow, type Row } from './rows';

const POLL_MS = 1000;

export class ReportOf {
	head = $state.raw<UploadReport | undefined>();
	rows = $state.raw<Row[]>([]);
	problem = $state.raw<Problem | undefined>();
	#id: string;
	#left = false;
	#following = false;

	constructor(id: string) {
		this.#id = id;
	}

	async follow(): Promise<void> {
		if (this.#following) return;
		this.#following = true;
		this.#left = false;
		try {
			while (!this.#left) {
				this.problem = undefined;
				this.head = await uploadReport(this.#id);
				const rows = (lines: UploadReport['files']['items']) => lines.map((line) => lineRow(this.#id, line));
				if (this.rows.length === 0 || !this.head.files.next_cursor) this.rows = rows(this.head.files.items);
				if (this.head.status !== 'processing') {
					if (this.head.files.next_cursor)
						this.rows = rows(await allLines(this.#id, (l) => (this.rows = rows(l))));
					break;
				}
				await new Promise((done) => setTimeout(done, POLL_MS));
			}
		} catch (error) {
			this.problem = Problem.from(error);
		}
		this.#following = false;
	}

	leave(): void {
		this.#left = true;
	}
}
