// What a person dropped or chose, as a flat list of files: folders are walked, what is no training is passed over.
// Never here: sending (send.ts). The entries are the browser's, of which only this much is used, so that tests can play them.

export interface Found {
	file: File;
	/** Where it lay in what was dropped, without its own name; empty for a file that was chosen itself. */
	folder: string;
}

export interface Haul {
	files: Found[];
	/** In folders: files that are no training. */
	passedOver: number;
	/** Files and folders that the browser could not open. */
	unreadable: number;
	/** A Strava export's table was among them: its titles come along only with the archive. */
	stravaTable: boolean;
}

export interface Entry {
	readonly isFile: boolean;
	readonly isDirectory: boolean;
	readonly name: string;
	readonly fullPath: string;
	file?(done: (file: File) => void, failed: (error: unknown) => void): void;
	createReader?(): {
		readEntries(done: (entries: Entry[]) => void, failed: (error: unknown) => void): void;
	};
}

const TRAINING = /\.(?:(?:fit|tcx|gpx)(?:\.gz)?|zip)$/i;

/** Inside a folder, names decide; hidden ones never count. The server keeps the same rule for archives. */
export function isTraining(path: string): boolean {
	const parts = path.split('/').filter(Boolean);
	return !parts.some((part) => part.startsWith('.') || part === '__MACOSX') && TRAINING.test(path);
}

function none(): Haul {
	return { files: [], passedOver: 0, unreadable: 0, stravaTable: false };
}

/** Files that were chosen one by one are all taken: whether they are training, their content says. */
export function chosen(files: Iterable<File>): Haul {
	return { ...none(), files: Array.from(files, (file) => ({ file, folder: '' })) };
}

/** A folder of the folder picker, which gives its files with their paths. */
export function chosenFolder(files: Iterable<File>): Haul {
	const haul = none();
	for (const file of files) take(haul, file, file.webkitRelativePath || file.name);
	return inOrder(haul);
}

/** Everything that was dropped. Folders may hold folders. */
export async function walk(entries: Entry[]): Promise<Haul> {
	const haul = none();
	await Promise.all(entries.map((entry) => visit(haul, entry, true)));
	return inOrder(haul);
}

async function visit(haul: Haul, entry: Entry, itself: boolean): Promise<void> {
	try {
		if (entry.isDirectory) {
			if (entry.name === '__MACOSX' || entry.name.startsWith('.')) return;
			for (const inner of await inside(entry)) await visit(haul, inner, false);
		} else if (entry.isFile) {
			const path = entry.fullPath.replace(/^\//, '');
			if (!itself && !isTraining(path)) return note(haul, path);
			const file = await new Promise<File>((done, failed) => entry.file?.(done, failed));
			if (itself) haul.files.push({ file, folder: '' });
			else take(haul, file, path);
		}
	} catch {
		haul.unreadable++;
	}
}

/** A folder's entries: the browser hands them out in batches, the last one empty. */
async function inside(folder: Entry): Promise<Entry[]> {
	const reader = folder.createReader?.();
	const all: Entry[] = [];
	for (;;) {
		const batch = await new Promise<Entry[]>((done, failed) =>
			reader ? reader.readEntries(done, failed) : done([]),
		);
		if (batch.length === 0) return all;
		all.push(...batch);
	}
}

function take(haul: Haul, file: File, path: string): void {
	if (!isTraining(path)) return note(haul, path);
	haul.files.push({ file, folder: path.slice(0, Math.max(0, path.lastIndexOf('/'))) });
}

function note(haul: Haul, path: string): void {
	if (/(?:^|\/)activities\.csv$/i.test(path)) haul.stravaTable = true;
	haul.passedOver++;
}

function inOrder(haul: Haul): Haul {
	const path = ({ file, folder }: Found) => `${folder}/${file.name}`;
	haul.files.sort((a, b) => (path(a) < path(b) ? -1 : 1));
	return haul;
}
