// Files on their way: sent in requests one after the other, then followed until the server has read them. It lives as
// long as the tab, so that one can look at other pages meanwhile. Never here: what a row looks like.
import { forgetList } from '$lib/activities/list.svelte';
import { client, type UploadReport } from '$lib/api/endpoints';
import { Problem } from '$lib/api/problem';
import { keep } from '$lib/unsaved';
import { hold, over, whose } from '$lib/whose.svelte';
import { allLines, post, uploadReport } from './calls';
import type { Haul } from './collect';
import { change, isArchive, isDone, nextChunk, settle, shares, tally, type Row } from './rows';
import { haltsAll, isVerdict, reason, send } from './send';

/** A request that has arrived and is not read to its end. */
interface Batch {
	sent: Row[];
	id: string;
}

const POLL_MS = 1000;
const POLL_AGAIN_MS = 4000;
/** Files whose size is looked up in one go. */
const SIZES = 50;
/** Uploads that are asked for in one round; the server reads them in order. */
const POLLED = 4;

export class UploadQueue {
	#rows = $state.raw<Row[]>([]);
	sending = $state(false);
	/** Seconds that the busy server asked us to wait; 0: it is not busy. */
	busyFor = $state(0);
	/** Why nothing is sent any more. */
	halted = $state.raw<Problem | undefined>();
	/** The reports cannot be asked for at the moment. */
	silent = $state(false);
	/** Counts finished requests, for those who show a list of them. */
	finished = $state(0);
	#reading: Batch[] = [];
	#polling = false;
	#stop = new AbortController();
	/** Something came while the sending was being stopped. */
	#anew = false;
	#last = 0;
	/** While files of ours are not sent, which nobody else has. */
	#kept: (() => void) | undefined;

	constructor() {
		hold({ stop: () => this.stop(), forget: () => this.#forget() });
	}

	get rows(): Row[] {
		return this.#rows;
	}

	set rows(rows: Row[]) {
		this.#rows = rows;
		const { waiting, sending, failed } = tally(rows);
		if (waiting + sending + failed > 0) {
			this.#kept ??= keep();
		} else {
			this.#kept?.();
			this.#kept = undefined;
		}
	}

	/** Rows without an outcome that nothing is done about: stopped or failed. */
	readonly unsent = $derived(this.sending ? 0 : tally(this.rows).waiting + tally(this.rows).failed);
	readonly active = $derived(this.sending || this.rows.some((row) => row.stage === 'reading'));

	async add(haul: Haul): Promise<void> {
		const added: Row[] = [];
		const owner = whose();
		for (const { file, folder } of haul.files) {
			const key = `file:${++this.#last}`;
			const { name, size } = file;
			const rest = {
				stage: 'waiting' as const,
				share: 0,
				said: null,
				activity: null,
				warnings: [],
				retry: null,
			};
			added.push({ key, name, folder, size, file, ...rest });
			// The browser looks up each size on the disk: thousands at once would freeze the page.
			if (added.length % SIZES === 0) await breathe();
		}
		if (whose() !== owner) return;
		// What is done makes room for the next upload; what is not stays.
		if (!this.active && this.rows.every(isDone)) this.rows = [];
		this.rows = [...this.rows, ...added];
		void this.#run();
	}

	/** Sends what failed or was stopped. */
	again(): void {
		this.#change(
			this.rows.filter((row) => row.stage === 'failed'),
			() => ({ stage: 'waiting', share: 0, said: null }),
		);
		void this.#run();
	}

	/** Ends the sending; what has arrived is still read. */
	stop(): void {
		this.#anew = false;
		this.#stop.abort();
	}

	/** Somebody else's page: theirs is none of it. */
	#forget(): void {
		this.stop();
		this.halted = undefined;
		this.silent = false;
		this.#reading = [];
		this.rows = [];
	}

	/** Forgets what failed or was stopped. */
	drop(): void {
		this.halted = undefined;
		this.rows = this.rows.filter((row) => row.stage !== 'failed' && row.stage !== 'waiting');
	}

	async #run(): Promise<void> {
		if (over()) return;
		if (this.sending) {
			// One that is being stopped does not look at what came since.
			this.#anew = this.#stop.signal.aborted;
			return;
		}
		this.sending = true;
		this.halted = undefined;
		this.#stop = new AbortController();
		for (;;) {
			const chunk = nextChunk(this.rows);
			if (chunk.length === 0 || this.halted || this.#stop.signal.aborted) break;
			await this.#sendChunk(chunk, this.#stop.signal);
		}
		this.busyFor = 0;
		this.sending = false;
		if (!this.#anew) return;
		this.#anew = false;
		void this.#run();
	}

	async #sendChunk(chunk: Row[], signal: AbortSignal): Promise<void> {
		const form = new FormData();
		for (const row of chunk) if (row.file) form.append('file', row.file, row.name);
		const sizes = chunk.map((row) => row.size);
		const heard = (loaded: number, total: number) => {
			const done = shares(sizes, loaded, total);
			this.#change(chunk, (_, at) => ({ share: done[at] }));
		};
		this.#change(chunk, () => ({ stage: 'sending', share: 0, said: null }));
		try {
			const report = await send({
				post: () => post(form, heard, signal),
				refresh: () => client.refresh(),
				pause: (seconds) => this.#pause(seconds, signal),
				stopped: () => signal.aborted,
			});
			this.#arrived(chunk, report);
		} catch (error) {
			this.#refused(chunk, client.heed(Problem.from(error)), signal.aborted);
		}
	}

	#arrived(chunk: Row[], report: UploadReport): void {
		this.#change(chunk, () => ({ stage: 'reading', share: 0, said: null }));
		this.#reading.push({ sent: chunk, id: report.id });
		void this.#take({ sent: chunk, id: report.id }, report).catch(() => false);
		void this.#poll();
	}

	#refused(chunk: Row[], problem: Problem, stopped: boolean): void {
		if (stopped) return this.#change(chunk, () => ({ stage: 'waiting', share: 0 }));
		const said = reason(problem);
		if (isVerdict(problem, chunk.length)) {
			return this.#change(chunk, () => ({
				stage: 'refused',
				share: 1,
				said: `refused: ${said}`,
				file: undefined,
			}));
		}
		this.#change(chunk, () => ({ stage: 'failed', share: 0, said: `Not sent. ${said}` }));
		if (!haltsAll(problem)) return;
		this.halted = problem;
		if (problem.offline)
			addEventListener('online', () => this.halted?.offline && this.again(), { once: true });
	}

	/** Follows what the server reads, oldest first, until it has read it all. */
	async #poll(): Promise<void> {
		if (this.#polling) return;
		this.#polling = true;
		while (this.#reading.length > 0) {
			let some = false;
			if (over()) {
				await rest(POLL_AGAIN_MS);
				continue;
			}
			for (const batch of this.#reading.slice(0, POLLED)) some = (await this.#ask(batch)) || some;
			if (!some) await rest(this.silent ? POLL_AGAIN_MS : POLL_MS);
		}
		this.#polling = false;
	}

	/** Asks how far a batch is; true when there is nothing more to ask. */
	async #ask(batch: Batch): Promise<boolean> {
		try {
			const done = await this.#take(batch, await uploadReport(batch.id));
			this.silent = false;
			return done;
		} catch (error) {
			const problem = Problem.from(error);
			// A session that is over can be begun again in another tab.
			this.silent = problem.passing || problem.status === 401 || problem.isAnother;
			if (this.silent) return false;
			this.#reading = this.#reading.filter((other) => other.id !== batch.id);
			const said = 'Its report cannot be read. It may be sent again.';
			this.#change(batch.sent, () => ({ stage: 'failed', share: 0, said }));
			return true;
		}
	}

	/** Shows a report as far as it is; true when it is finished. */
	async #take({ sent, id }: Batch, report: UploadReport): Promise<boolean> {
		const finished = report.status !== 'processing';
		const rest = Boolean(report.files.next_cursor) || sent.some((row) => isArchive(row.name));
		const lines = finished && rest ? await allLines(id) : report.files.items;
		if (!this.#reading.some((batch) => batch.id === id)) return true;
		this.rows = settle(this.rows, sent, report, lines);
		if (!finished) return false;
		this.#reading = this.#reading.filter((batch) => batch.id !== id);
		this.finished++;
		forgetList();
		return true;
	}

	async #pause(seconds: number, signal: AbortSignal): Promise<void> {
		this.busyFor = seconds;
		while (this.busyFor > 0 && !signal.aborted) {
			await rest(1000);
			this.busyFor--;
		}
		this.busyFor = 0;
		if (signal.aborted) throw new Error('stopped');
	}

	#change(rows: Row[], to: (row: Row, at: number) => Partial<Row>): void {
		if (rows.length > 0) this.rows = change(this.rows, rows, to);
	}
}

const rest = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));

const breathe = () => rest(0);

export const queue = new UploadQueue();
