import { expect, it } from 'vitest';
import { isolated } from './names';

it('closes what it opens, around the whole name', () => {
	expect([...isolated('a')].map((one) => one.codePointAt(0)?.toString(16))).toEqual(['2068', '61', '2069']);
});
