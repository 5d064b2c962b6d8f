import { describe, expect, it } from 'vitest';
import type { Row } from './rows';
import { leftAside, sum, unfinished, words } from './words';

const row = (more: Partial<Row>) => ({ stage: 'waiting', share: 0, said: null, ...more }) as Row;

describe('the sum', () => {
	it('counts what there was and leaves out what there was not', () => {
		const counts = { imported: 41, merged: 0, duplicates: 2, refused: 1 };
		expect(sum(counts)).toBe('41 imported, 2 duplicates, 1 refused');
		expect(sum({ imported: 0, merged: 3, duplicates: 1, refused: 0, pending: 5 })).toBe(
			'3 merged, 1 duplicate, 5 to be read',
		);
		expect(sum({ imported: 0, merged: 0, duplicates: 0, refused: 0 })).toBe('');
	});
});

describe('the state of an upload', () => {
	it('is told until it has come to its end', () => {
		expect(unfinished('processing')).toBe(' · being read');
		expect(unfinished('interrupted')).toContain('stopped');
		expect(unfinished('finished')).toBe('');
	});
});

describe('a row', () => {
	it('says what became of it', () => {
		expect(words(row({ stage: 'imported' }))).toBe('Imported');
		expect(words(row({ stage: 'merged', said: 'merged into Morning run' }))).toBe('Merged into Morning run');
		expect(words(row({ stage: 'refused', said: 'refused because it is empty' }))).toBe(
			'Refused because it is empty',
		);
	});

	it('says how far it is', () => {
		expect(words(row({ stage: 'sending', share: 0.428 }))).toBe('Sending, 42 %');
		expect(words(row({ stage: 'sending', share: 1 }))).toBe('Sent');
		expect(words(row({ stage: 'reading' }))).toBe('Being read');
		expect(words(row({ stage: 'failed', said: 'Not sent. No answer.' }))).toBe('Not sent. No answer.');
	});
});

describe('what was left aside', () => {
	const haul = { files: [{} as never], passedOver: 0, unreadable: 0, stravaTable: false };
	it('is told only when there is something', () => {
		expect(leftAside(haul)).toBeNull();
		expect(leftAside({ ...haul, passedOver: 1 })).toBe('1 other file in the folder was left aside.');
		expect(leftAside({ ...haul, files: [], passedOver: 3 })).toContain('No training files found');
		expect(leftAside({ ...haul, unreadable: 2, stravaTable: true })).toMatch(/2 files could not.*\.zip/);
	});
});
