// Numbers as people read them: lengths of time, distances, paces. An absent value is an en dash, never a zero.
// The unit comes as its own string, so that pages can set it smaller. Never here: dates (dates.ts).

export const ABSENT = '–';

/** A number and its unit, set apart by the page. */
export interface Quantity {
	value: string;
	unit: string;
}

type Maybe = number | null | undefined;

const known = (value: Maybe): value is number =>
	value !== null && value !== undefined && Number.isFinite(value);

/** A plain number with grouped thousands: `12,016`. */
export function number(value: Maybe, digits = 0): string {
	if (!known(value)) return ABSENT;
	const rounded = Number(value.toFixed(digits));
	return (rounded === 0 ? 0 : rounded).toLocaleString('en-GB', {
		minimumFractionDigits: digits,
		maximumFractionDigits: digits,
	});
}

/** A change with its sign: `+3.1`, `−2.0` (a true minus). */
export function signed(value: Maybe, digits = 1): string {
	if (!known(value)) return ABSENT;
	const text = number(Math.abs(value), digits);
	if (Number(value.toFixed(digits)) === 0) return text;
	return (value > 0 ? '+' : '−') + text;
}

/** A length of time as a clock shows it: `3:27`, `1:04:49`. Whole seconds. */
export function clock(seconds: Maybe): string {
	if (!known(seconds) || seconds < 0) return ABSENT;
	const whole = Math.round(seconds);
	const h = Math.floor(whole / 3600);
	const m = Math.floor((whole % 3600) / 60);
	const s = String(whole % 60).padStart(2, '0');
	return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`;
}

/** A total of hours and minutes: `7 h 05 min`, `48 min`. */
export function hours(seconds: Maybe): string {
	if (!known(seconds) || seconds < 0) return ABSENT;
	const minutes = Math.round(seconds / 60);
	if (minutes < 60) return `${minutes} min`;
	return `${number(Math.floor(minutes / 60))} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** A distance: metres below one kilometre, else kilometres with two digits below 100. */
export function distance(metres: Maybe): Quantity {
	if (!known(metres)) return { value: ABSENT, unit: 'km' };
	if (Math.abs(metres) < 999.5) return { value: number(metres), unit: 'm' };
	const km = metres / 1000;
	return { value: number(km, km < 99.995 ? 2 : 1), unit: 'km' };
}

/** The usual name of a race distance, else the distance: `Marathon`, `5 km`, `400 m`, `1 mile`. */
export function standardDistance(metres: Maybe): string {
	if (!known(metres)) return ABSENT;
	const miles = metres / 1609.344;
	const named: [number, string][] = [
		[21_097.5, 'Half marathon'],
		[42_195, 'Marathon'],
	];
	for (const [length, name] of named) if (Math.abs(metres - length) < 1) return name;
	if (metres > 1000 && metres % 1000 !== 0 && Math.abs(miles - Math.round(miles)) < 0.001) {
		return Math.round(miles) === 1 ? '1 mile' : `${Math.round(miles)} miles`;
	}
	const { value, unit } = distance(metres);
	return `${value.replace(/\.?0+$/, (zeros) => (value.includes('.') ? '' : zeros))} ${unit}`;
}

/** Sports whose speed is told as time per kilometre; swimming is told per 100 m, the rest in km/h. */
const PACED = new Set(['run', 'walking', 'hiking', 'multisport', 'transition']);

/** How fast, in the words of the sport: `5:21 /km`, `1:48 /100 m`, `27.4 km/h`. */
export function speed(secondsPerKm: Maybe, sport: string): Quantity {
	const unit = speedUnit(sport);
	if (!known(secondsPerKm) || secondsPerKm <= 0) return { value: ABSENT, unit };
	if (unit === '/km') return { value: clock(secondsPerKm), unit };
	if (unit === '/100 m') return { value: clock(secondsPerKm / 10), unit };
	return { value: number(3600 / secondsPerKm, 1), unit };
}

export function speedUnit(sport: string): string {
	if (PACED.has(sport)) return '/km';
	return sport === 'swimming' ? '/100 m' : 'km/h';
}

/** Bytes as a person counts them: `58 kB`, `4.9 MB`. */
export function bytes(count: Maybe): string {
	if (!known(count)) return ABSENT;
	if (count < 1000) return `${count} B`;
	if (count < 1e6) return `${number(count / 1e3)} kB`;
	return count < 1e9 ? `${number(count / 1e6, 1)} MB` : `${number(count / 1e9, 2)} GB`;
}

/** `1 run`, `2 runs`, `1,204 activities`. */
export function count(many: number, one: string, more = `${one}s`): string {
	return `${number(many)} ${many === 1 ? one : more}`;
}
