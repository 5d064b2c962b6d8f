import { describe, expect, it } from 'vitest';
import type { ActivityDetail } from '$lib/api/endpoints';
import { decouplingWords, efficiencyWords, loadWords, needsProfile } from './words';

type Analysis = NonNullable<ActivityDetail['analysis']>;

const short = [{ code: 'too_short', message: 'It needs 40 minutes.' }];
const analysis = (parts: Partial<Analysis>): Analysis => ({
	efficiency: { valid: false, reasons: short },
	decoupling: { valid: false, reasons: short },
	load: { reasons: [{ code: 'no_rating', message: 'No effort was rated.' }] },
	algorithm_version: 2,
	inputs_hash: '',
	computed_at: '',
	...parts,
});
const decoupled = (decoupling_percent: number) =>
	decouplingWords(analysis({ decoupling: { valid: true, reasons: [], decoupling_percent } }));

describe('what is not valid', () => {
	it('says why', () => {
		expect(efficiencyWords(analysis({}))).toBe('Not valid. It needs 40 minutes.');
		expect(decouplingWords(analysis({}))).toBe('Not valid. It needs 40 minutes.');
		expect(loadWords(analysis({}))).toBe('Not valid. No effort was rated.');
	});
});

describe('efficiency', () => {
	it('is told with its error', () =>
		expect(
			efficiencyWords(
				analysis({
					efficiency: { valid: true, reasons: [], efficiency_factor: 1.3774, standard_error: 0.0054 },
				}),
			),
		).toBe('1.38 metres per heartbeat on the flat, give or take 0.005.'));
});

describe('decoupling', () => {
	it('falls, rises or holds', () => {
		expect(decoupled(5.36)).toContain('fell by 5.4 %');
		expect(decoupled(5.36)).toContain('would be good');
		expect(decoupled(0.82)).toContain('is good');
		expect(decoupled(-1.2)).toContain('rose by 1.2 %');
		expect(decoupled(-0.01)).toContain('held');
	});
});

describe('load', () => {
	it('leads to the profile where that is what lacks', () => {
		const lacking = (code: string) => needsProfile(analysis({ load: { reasons: [{ code, message: '' }] } }));
		expect(['no_threshold_pace', 'no_max_heart_rate'].every(lacking)).toBe(true);
		expect(['no_rating', 'no_heart_rate', 'little_power', 'recompute_due'].some(lacking)).toBe(false);
	});
	it('names the other scales', () =>
		expect(loadWords(analysis({ load: { points: 48.6, trimp: 55.8, reasons: [] } }))).toBe(
			'49 points; 100 is an hour at threshold. On scales of their own: TRIMP 56.',
		));
});
