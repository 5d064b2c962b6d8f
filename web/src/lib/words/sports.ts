// The sports of the API in words, and which of them an athlete can choose.
const NAMES: Record<string, string> = {
	run: 'Run',
	cycling: 'Ride',
	walking: 'Walk',
	hiking: 'Hike',
	swimming: 'Swim',
	rowing: 'Row',
	strength: 'Strength',
	flexibility: 'Flexibility',
	transition: 'Transition',
	multisport: 'Multisport',
	other: 'Other',
};

export const SPORTS = Object.keys(NAMES);
/** `multisport` and `transition` come from files alone. */
export const CHOSEN_SPORTS = SPORTS.filter((sport) => sport !== 'multisport' && sport !== 'transition');

export const sportName = (sport: string) => NAMES[sport] ?? sport;
