// Who is signed in, for every page below the shell. Never here: how they signed in (api/).
import { createContext } from 'svelte';
import type { Profile } from './api/endpoints';

export type Athlete = Profile;

/** A function, so that a change of the profile reaches the pages. */
export const [athlete, setAthlete] = createContext<() => Athlete>();
