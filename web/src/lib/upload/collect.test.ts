import { describe, expect, it } from 'vitest';
import { chosen, chosenFolder, isTraining, walk, type Entry } from './collect';

function file(path: string): Entry {
	const name = path.split('/').at(-1) as string;
	return {
		isFile: true,
		isDirectory: false,
		name,
		fullPath: path,
		file: (done) => done(new File(['x'], name)),
	};
}

/** A folder that hands its entries out in batches of two, as browsers do with a hundred. */
function folder(path: string, entries: Entry[]): Entry {
	return {
		isFile: false,
		isDirectory: true,
		name: path.split('/').at(-1) as string,
		fullPath: path,
		createReader: () => {
			const left = [...entries];
			return { readEntries: (done) => done(left.splice(0, 2)) };
		},
	};
}

const paths = (haul: { files: { file: File; folder: string }[] }) =>
	haul.files.map(({ file, folder }) => `${folder}/${file.name}`);

describe('what is training', () => {
	it('goes by the name, and hidden files are none', () => {
		for (const name of ['a.FIT', 'a/b.tcx.gz', 'x.gpx', 'export.zip']) expect(isTraining(name)).toBe(true);
		for (const name of ['a.jpg', '.a.fit', '__MACOSX/a.fit', 'a/.b/c.fit', 'fit'])
			expect(isTraining(name)).toBe(false);
	});
});

describe('what was dropped', () => {
	it('is walked into every folder, past the first batch', async () => {
		const inner = folder('/runs/2024', [file('/runs/2024/c.fit'), file('/runs/2024/photo.jpg')]);
		const top = folder('/runs', [file('/runs/a.fit'), file('/runs/b.gpx'), inner, file('/runs/.DS_Store')]);
		const haul = await walk([top, file('/anything')]);
		expect(paths(haul)).toEqual(['/anything', 'runs/2024/c.fit', 'runs/a.fit', 'runs/b.gpx']);
		expect(haul.passedOver).toBe(2);
	});

	it('tells what the browser could not open, and goes on', async () => {
		const locked: Entry = { ...file('/runs/a.fit'), file: (_, failed) => failed(new Error('no')) };
		const haul = await walk([folder('/runs', [locked, file('/runs/b.fit')])]);
		expect([haul.unreadable, haul.files.length]).toEqual([1, 1]);
	});

	it('notices the table of a Strava export', async () => {
		const haul = await walk([folder('/export', [file('/export/activities.csv'), file('/export/a.fit')])]);
		expect(haul.stravaTable).toBe(true);
	});
});

describe('what was chosen', () => {
	it('is taken as it is, file by file', () => {
		expect(paths(chosen([new File([], 'photo.jpg')]))).toEqual(['/photo.jpg']);
	});

	it('keeps its paths as a folder', () => {
		const inside = Object.assign(new File([], 'a.fit'), {});
		Object.defineProperty(inside, 'webkitRelativePath', { value: 'runs/2024/a.fit' });
		expect(paths(chosenFolder([inside]))).toEqual(['runs/2024/a.fit']);
	});
});
