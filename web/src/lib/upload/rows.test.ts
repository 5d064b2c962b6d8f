import { describe, expect, it } from 'vitest';
import type { FileReport, UploadReport } from '$lib/api/endpoints';
import { change, lineRow, nextChunk, progress, settle, shares, tally, type Row } from './rows';

const row = (name: string, more: Partial<Row> = {}): Row => ({
	key: name,
	name,
	folder: '',
	size: 1,
	stage: 'waiting',
	share: 0,
	said: null,
	activity: null,
	warnings: [],
	retry: null,
	...more,
});

const line = (position: number, file_name: string, more: Partial<FileReport> = {}): FileReport => ({
	position,
	file_name,
	size_bytes: 1,
	outcome: 'imported',
	warnings: [],
	can_retry: false,
	...more,
});

function report(status: string, total: number, pending = 0): UploadReport {
	const progress = { total, pending, imported: total - pending, merged: 0, duplicates: 0, refused: 0 };
	return { id: 'u', origin: 'api', status, created_at: '', progress, files: { items: [] } };
}

const names = (rows: Row[]) => rows.map((one) => one.name);

describe('a request', () => {
	it('takes so many files and so many bytes, and at least one', () => {
		const many = Array.from({ length: 25 }, (_, at) => row(`${at}.fit`));
		expect(nextChunk(many)).toHaveLength(20);
		const large = ['a', 'b', 'c'].map((name) => row(name, { size: 60 }));
		expect(names(nextChunk(large, 20, 130))).toEqual(['a', 'b']);
		expect(names(nextChunk(large, 20, 10))).toEqual(['a']);
	});

	it('passes over what is not waiting', () => {
		expect(names(nextChunk([row('a', { stage: 'failed' }), row('b')]))).toEqual(['b']);
		expect(nextChunk([row('a', { stage: 'reading' })])).toEqual([]);
	});

	it('takes an archive alone', () => {
		const rows = [row('a.fit'), row('x.ZIP'), row('b.fit')];
		expect(names(nextChunk(rows))).toEqual(['a.fit']);
		expect(names(nextChunk(rows.slice(1)))).toEqual(['x.ZIP']);
	});

	it('divides its progress among its files, form and all', () => {
		expect(shares([10, 20, 0], 15, 30)).toEqual([1, 0.25, 0]);
		expect(shares([10, 0], 11, 11)).toEqual([1, 1]);
		expect(shares([10], 0, 0)).toEqual([0]);
	});
});

describe('a report', () => {
	it('gives each row its line and keeps its folder', () => {
		const rows = [row('z.fit'), row('a.fit', { folder: 'runs' }), row('b.fit')];
		const refused = line(2, 'b.fit', { outcome: 'refused', message: 'refused because it is empty' });
		const after = settle(rows, rows.slice(1), report('finished', 2), [line(1, 'a.fit'), refused]);
		expect(after.map((one) => one.stage)).toEqual(['waiting', 'imported', 'refused']);
		expect([after[1]?.folder, after[2]?.said]).toEqual(['runs', 'refused because it is empty']);
	});

	it('puts the members of an archive where it stood, once they are all there', () => {
		const rows = [row('a.fit'), row('x.zip'), row('b.fit')];
		const sent = [rows[1] as Row];
		const under = settle(rows, sent, report('processing', 4, 3), [line(1, 'x.zip/1.fit')]);
		expect(under[1]).toMatchObject({ stage: 'reading', share: 0.25, said: '1 of 4 files read' });
		const done = settle(under, sent, report('finished', 2), [
			line(1, 'x.zip/1.fit'),
			line(2, 'x.zip/d/2.fit'),
		]);
		expect(names(done)).toEqual(['a.fit', '1.fit', '2.fit', 'b.fit']);
		expect(done[2]?.folder).toBe('x.zip/d');
	});

	it('puts a single member in the place of its archive, too', () => {
		const rows = [row('x.zip')];
		expect(names(settle(rows, rows, report('finished', 1), [line(1, 'x.zip/1.fit')]))).toEqual(['1.fit']);
	});

	it('says which file can be tried again alone', () => {
		const failed = line(3, 'a.fit', { outcome: 'refused', can_retry: true });
		expect(lineRow('u', failed).retry).toEqual({ upload: 'u', position: 3 });
		expect(lineRow('u', line(3, 'a.fit', { outcome: 'refused' })).retry).toBeNull();
	});

	it('reads a line with its warnings', () => {
		const odd = line(1, 'a.fit', {
			outcome: 'pending',
			warnings: [{ code: 'x', message: 'Cut off.' }] as never,
		});
		expect(lineRow('u', odd)).toMatchObject({ key: 'u:1', stage: 'reading', warnings: ['Cut off.'] });
	});
});

describe('all rows', () => {
	const rows = [row('a', { stage: 'imported' }), row('b', { stage: 'sending', share: 0.5 }), row('c')];

	it('are counted', () => {
		expect(tally(rows)).toMatchObject({ total: 3, imported: 1, sending: 1, waiting: 1, failed: 0 });
	});

	it('make one progress', () => {
		expect(progress(rows)).toBeCloseTo(1.25 / 3);
		expect(progress([])).toBe(0);
	});

	it('stay the same objects when others change', () => {
		const after = change(rows, [rows[2] as Row], () => ({ stage: 'failed' }));
		expect(after[0]).toBe(rows[0]);
		expect(after[2]?.stage).toBe('failed');
	});
});
