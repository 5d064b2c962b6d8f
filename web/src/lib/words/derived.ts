// What each derived number means, in words for an athlete. The formulas are docs/analysis.md's; where these words and
// that page differ, the page is right.

export interface Derived {
	title: string;
	/** What it is, in a sentence or two. */
	definition: string;
	inputs: string;
	/** When there is such a number. */
	validity: string;
	/** Whose formula. */
	source?: string;
}

const EFFICIENCY: Derived = {
	title: 'Efficiency',
	definition:
		'Metres per heartbeat, as they would be on the flat. Higher is better. Heat, terrain and effort move it too.',
	inputs: 'Speed adjusted for the slope, and heart rate, after the first ten minutes.',
	validity: 'Steady runs with heart rate for at least 6 minutes after the first ten.',
	source: 'Friel 2009; slope after Minetti et al. 2002',
};

export const meanings = {
	efficiency: EFFICIENCY,
	trend: {
		title: 'Trend of efficiency',
		definition:
			'The middle of the slopes between all pairs of runs. The shaded band holds the slopes that the runs allow with 95 % confidence.',
		inputs: 'Efficiency of every valid run of the period, averaged by day.',
		validity:
			'From 10 days with a valid run on. Neighbouring days that resemble each other are corrected for. No cause is claimed.',
		source: 'Theil 1950; Sen 1968; Yue & Wang 2004',
	},
	decoupling: {
		title: 'Decoupling',
		definition:
			'How much efficiency fell from the first to the second half. Below 5 % is good; negative is a gain.',
		inputs: 'Speed adjusted for the slope, and heart rate, after the first ten minutes.',
		validity: 'Steady runs with at least 40 minutes after the first ten.',
		source: 'Friel 2009',
	},
	load: {
		title: 'Load',
		definition: 'How hard a session was as a whole, in points: 100 is an hour at threshold.',
		inputs: 'Power, else graded pace, else heart rate, else your rated effort, against your threshold.',
		validity: 'Needs your threshold for what was recorded, or a rated effort.',
		source: 'Coggan 2003; Banister 1991; Friel 2009',
	},
	fitness: {
		title: 'Fitness (CTL)',
		definition: 'The average load of a day, where what is 42 days old weighs a third.',
		inputs: 'The load of every day; a day of rest is 0.',
		validity:
			'Too low during the first 42 days, because what came before is not known. Activities without a load count as 0.',
		source: 'Banister 1975; Coggan',
	},
	fatigue: {
		title: 'Fatigue (ATL)',
		definition: 'The average load of a day, where what is 7 days old weighs a third.',
		inputs: 'The load of every day; a day of rest is 0.',
		validity: 'As fitness.',
		source: 'Banister 1975; Coggan',
	},
	form: {
		title: 'Form (TSB)',
		definition:
			"Yesterday's fitness less yesterday's fatigue. Above zero: rested. It is no measure of the risk of injury.",
		inputs: 'Fitness and fatigue.',
		validity: 'As fitness.',
		source: 'Banister 1975; Coggan',
	},
	volume: {
		title: 'Weekly distance',
		definition: 'The metres run from Monday to Sunday, in your days.',
		inputs:
			'The distance of every run. The device states it, unless the samples say otherwise by more than 3 %.',
		validity: 'Always. Weeks that the period cuts are drawn as outlines.',
	},
	distance: {
		title: 'Distance',
		definition: 'How far it was, from start to finish.',
		inputs:
			'What the device states; what the samples give where it differs by more than 3 % or is faster than anyone moves.',
		validity: 'Where a distance or positions were recorded. Breaks in the track are not bridged.',
		source: 'between positions: Sinnott 1984',
	},
	pace: {
		title: 'Pace and speed',
		definition: 'Moving time over distance: the mean of the whole session, without pauses.',
		inputs: 'Distance and moving time.',
		validity: 'Where both are known.',
	},
	ascent: {
		title: 'Ascent and descent',
		definition: 'All metres climbed, and all metres lost.',
		inputs:
			"The device's totals; else altitude, counted from 3 m on, and from 10 m on where it comes from satellites alone.",
		validity: 'Where altitude was recorded. Small hills are missing without a barometer.',
		source: 'Sánchez & Villena 2020',
	},
	movingTime: {
		title: 'Moving time',
		definition: 'The time in motion, without pauses.',
		inputs: "The device's timer where the file tells its pauses, else the speed.",
		validity: 'Whenever there are samples.',
	},
	gradedPace: {
		title: 'Graded pace',
		definition: 'The pace that the effort would have given on the flat.',
		inputs: 'Speed and the slope of the smoothed altitude.',
		validity: 'On foot, with altitude that the body answers to.',
		source: 'Minetti et al. 2002',
	},
	bestEffort: {
		title: 'Best efforts',
		definition: 'The fastest stretch of each distance inside an activity, wherever it began.',
		inputs: 'Distance and time of every sample, pauses included.',
		validity: 'Activities on foot and on wheels with samples.',
	},
} satisfies Record<string, Derived>;

export type DerivedName = keyof typeof meanings;

/** Codes of runs that a trend leaves out, and of what a load lacks. */
const REASONS: Record<string, string> = {
	sport_not_on_foot: 'not on foot',
	no_distance: 'no distance',
	sparse_samples: 'samples too far apart',
	no_heart_rate: 'no heart rate',
	little_heart_rate: 'too little heart rate',
	too_short_for_efficiency: 'too short',
	too_short_for_decoupling: 'too short',
	not_steady: 'not steady',
	interrupted: 'many stops',
	no_track: 'no samples',
	little_speed: 'too little speed',
	little_power: 'too little power',
	no_max_heart_rate: 'no maximum heart rate',
	no_rating: 'no effort rated',
	recompute_due: 'computed again soon',
};

export const reason = (code: string) => REASONS[code] ?? code.replaceAll('_', ' ');
