import { expect, it } from 'vitest';
import { pathAfter } from './after-sign-in';

const HERE = 'https://paceline.example';
const after = (next: string) => pathAfter(new URLSearchParams({ next }), HERE);

it('is the page that was wanted, with its filters', () => {
	expect(after('/activities?sport=run&min_km=10')).toBe('/activities?sport=run&min_km=10');
	expect(pathAfter(new URLSearchParams(), HERE)).toBe('/');
});
it.each([
	'//evil.example',
	'/\\evil.example',
	'/\t/evil.example',
	'/\n/evil.example',
	'/.//evil.example',
	'https://evil.example/activities',
	'https://paceline.example.evil.example',
	'javascript:alert(1)',
	'http://[',
])('is the dashboard instead of %j', (next) => expect(after(next)).toBe('/'));
it('is no second sign-in', () => {
	expect(after('/sign-in?next=/profile')).toBe('/');
	expect(after('/sign-up')).toBe('/');
});
