// What was computed from an activity, in sentences for its athlete. Pure. Never here: definitions (words/derived.ts).
import type { ActivityDetail } from '$lib/api/endpoints';
import { count, number } from '$lib/format/quantities';

type Analysis = NonNullable<ActivityDetail['analysis']>;

/** Below this a session is called well coupled (Friel 2009). */
const GOOD_PERCENT = 5;

export function efficiencyWords({ efficiency }: Analysis): string {
	const { valid, efficiency_factor: factor, standard_error: error } = efficiency;
	if (!valid || typeof factor !== 'number') return `Not valid. ${because(efficiency.reasons)}`;
	const sure = typeof error === 'number' ? `, give or take ${number(error, 3)}` : '';
	return `${number(factor, 2)} metres per heartbeat on the flat${sure}.`;
}

export function decouplingWords({ decoupling }: Analysis): string {
	const { valid, decoupling_percent: percent, first_half_ef: first, second_half_ef: second } = decoupling;
	if (!valid || typeof percent !== 'number') return `Not valid. ${because(decoupling.reasons)}`;
	const halves =
		typeof first === 'number' && typeof second === 'number'
			? `, from ${number(first, 2)} to ${number(second, 2)} metres per heartbeat`
			: '';
	const size = `${number(Math.abs(percent), 1)} %`;
	if (size === '0.0 %') return `Efficiency held from the first to the second half${halves}.`;
	if (percent < 0) return `Efficiency rose by ${size} in the second half${halves}.`;
	const judged = percent < GOOD_PERCENT ? 'Below 5 % is good.' : 'Below 5 % would be good.';
	return `Efficiency fell by ${size} in the second half${halves}. ${judged}`;
}

export function loadWords({ load }: Analysis): string {
	if (typeof load.points !== 'number') return `Not valid. ${because(load.reasons)}`;
	const others = [
		...(typeof load.trimp === 'number' ? [`TRIMP ${number(load.trimp)}`] : []),
		...(typeof load.session_rpe === 'number' ? [`session RPE ${number(load.session_rpe)}`] : []),
	];
	const beside = others.length > 0 ? ` On scales of their own: ${others.join(', ')}.` : '';
	return `${count(Math.round(load.points), 'point')}; 100 is an hour at threshold.${beside}`;
}

/** Whether the athlete's profile would give the load that is missing. */
export function needsProfile({ load }: Analysis): boolean {
	return load.reasons.some(({ code }) => /^no_(threshold|resting|max)_/.test(code));
}

function because(reasons: { message?: string; code: string }[]): string {
	return reasons.map((one) => one.message ?? one.code.replaceAll('_', ' ')).join(' ');
}
