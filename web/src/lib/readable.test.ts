import { expect, it } from 'vitest';
import { readable } from './readable';

it('leads what cannot be read to no page, and leaves the rest', () => {
	expect(readable('/upload/%E0%A4%A')).not.toMatch('/upload');
	for (const path of ['/', '/upload/%25', '/activities/a%20b']) expect(readable(path)).toBe(path);
});
