// The lines that the upload page shows: files on their way, then what became of them. Pure; a change gives new rows.
import type { FileReport, UploadReport } from '$lib/api/endpoints';

export type Outcome = 'imported' | 'merged' | 'duplicate' | 'refused';
/** `waiting`: here. `sending`. `reading`: the server has it. `failed`: it did not arrive, and can be sent again. */
export type Stage = 'waiting' | 'sending' | 'reading' | 'failed' | Outcome;

export interface Row {
	key: string;
	name: string;
	/** The folder or archive that it lay in. */
	folder: string;
	size: number;
	stage: Stage;
	/** The share that is done of what the stage does, 0 to 1. */
	share: number;
	/** What the server or the network said. */
	said: string | null;
	activity: string | null;
	warnings: string[];
	/** Where it can be tried again alone: the server failed on it, or its import was cancelled. */
	retry: { upload: string; position: number } | null;
	/** Until it has arrived. */
	file?: File;
}

const OUTCOMES: readonly string[] = ['imported', 'merged', 'duplicate', 'refused'];
export const isDone = (row: Row): boolean => OUTCOMES.includes(row.stage);

/** A request: about this many files or bytes. A larger file, or an archive, goes alone. */
export const CHUNK_FILES = 20;
export const CHUNK_BYTES = 8 * 1024 * 1024;

/** The rows of the next request: the first ones that wait. An archive goes alone, so that its lines are known to be its. */
export function nextChunk(rows: Row[], files = CHUNK_FILES, bytes = CHUNK_BYTES): Row[] {
	const chunk: Row[] = [];
	let size = 0;
	for (const row of rows) {
		if (row.stage !== 'waiting') continue;
		const alone = isArchive(row.name);
		if (chunk.length > 0 && (alone || chunk.length >= files || size + row.size > bytes)) break;
		chunk.push(row);
		size += row.size;
		if (alone) break;
	}
	return chunk;
}

export const isArchive = (name: string): boolean => /\.zip$/i.test(name);

/** How much of each file is under way when `loaded` of `total` bytes of their request are. */
export function shares(sizes: number[], loaded: number, total: number): number[] {
	const sum = sizes.reduce((a, b) => a + b, 0);
	let left = total > 0 ? (loaded / total) * sum : 0;
	return sizes.map((size) => {
		const share = size > 0 ? Math.min(1, Math.max(0, left / size)) : loaded >= total ? 1 : 0;
		left -= size;
		return share;
	});
}

/** Changes these rows, as they are now among all, and leaves the others; `at` counts within `these`. */
export function change(all: Row[], these: Row[], to: (row: Row, at: number) => Partial<Row>): Row[] {
	const places = new Map(these.map((row, at) => [row.key, at]));
	return all.map((row) => {
		const at = places.get(row.key);
		return at === undefined ? row : { ...row, ...to(row, at) };
	});
}

/** A line of a report as a row. */
export function lineRow(upload: string, line: FileReport): Row {
	const cut = line.file_name.lastIndexOf('/');
	return {
		key: `${upload}:${line.position}`,
		name: line.file_name.slice(cut + 1),
		folder: line.file_name.slice(0, Math.max(0, cut)),
		size: line.size_bytes,
		...became(upload, line),
	};
}

type Became = Pick<Row, 'stage' | 'share' | 'said' | 'activity' | 'warnings' | 'retry'>;

function became(upload: string, line: FileReport): Became {
	const done = OUTCOMES.includes(line.outcome);
	return {
		stage: done ? (line.outcome as Outcome) : 'reading',
		share: done ? 1 : 0,
		said: line.message ?? null,
		activity: line.activity_id ?? null,
		warnings: (line.warnings as { message?: string }[]).flatMap((warning) => warning.message ?? []),
		retry: line.can_retry ? { upload, position: line.position } : null,
	};
}

/**
 * Puts a report's lines in the place of the rows that were sent. When there is a line for each, the rows keep the
 * folders that only this browser knows; an archive's row gives way to its members, once all `lines` are there.
 */
export function settle(rows: Row[], sent: Row[], report: UploadReport, lines: FileReport[]): Row[] {
	const { total, pending } = report.progress;
	if (total === sent.length && lines.length === total && !sent.some(isPacked)) {
		return change(rows, sent, (_, at) => ({
			...became(report.id, lines[at] as FileReport),
			file: undefined,
		}));
	}
	if (report.status === 'processing' || lines.length < total) {
		const share = total > 0 ? (total - pending) / total : 0;
		const said = `${total - pending} of ${total} files read`;
		return change(rows, sent, () => ({ stage: 'reading', share, said }));
	}
	const keys = new Set(sent.map((row) => row.key));
	const first = rows.findIndex((row) => keys.has(row.key));
	const others = rows.filter((row) => !keys.has(row.key));
	const before = first < 0 ? others.length : first;
	const members = lines.map((line) => lineRow(report.id, line));
	return [...others.slice(0, before), ...members, ...others.slice(before)];
}

const isPacked = (row: Row): boolean => isArchive(row.name);

export type Tally = Record<Stage, number> & { total: number };

export function tally(rows: Row[]): Tally {
	const counts: Tally = {
		total: rows.length,
		waiting: 0,
		sending: 0,
		reading: 0,
		failed: 0,
		imported: 0,
		merged: 0,
		duplicate: 0,
		refused: 0,
	};
	for (const row of rows) counts[row.stage]++;
	return counts;
}

/** How far all of it is, 0 to 1: half of a file's way is sending, half is reading. */
export function progress(rows: Row[]): number {
	if (rows.length === 0) return 0;
	let done = 0;
	for (const row of rows) {
		if (isDone(row)) done += 1;
		else if (row.stage === 'sending') done += row.share / 2;
		else if (row.stage === 'reading') done += 0.5 + row.share / 2;
	}
	return done / rows.length;
}
