// The API's addresses that the pages use, one function each, with the types of its description.
import { notify } from '$lib/notices.svelte';
import { tellTabs } from '$lib/other-tabs';
import { anyUnsaved } from '$lib/unsaved';
import { end, over, whose } from '$lib/whose.svelte';
import { Client, SIGNED_OUT } from './client';
import type { components, paths } from './schema';

type Schemas = components['schemas'];
export type About = Schemas['About'];
export type MapTiles = Schemas['MapTiles'];
export type Account = Schemas['AccountView'];
export type Profile = Schemas['AthleteProfile'];
export type Activity = Schemas['ActivityItem'];
export type DeletedActivity = Schemas['DeletedActivity'];
export type ActivityDetail = Schemas['ActivityDetail'];
export type ActivityPatch = Schemas['ActivityPatch'];
export type Streams = Schemas['ActivityStreams'];
export type Split = Schemas['ActivitySplit'];
export type SplitKind = Schemas['SplitKind'];
export type BestEffort = Schemas['BestEffort'];
export type PersonalBest = Schemas['PersonalBest'];
export type Trends = Schemas['EfficiencyTrends'];
export type LoadHistory = Schemas['LoadHistory'];
export type LoadWeek = Schemas['LoadWeek'];
export type Summary = Schemas['ActivitySummary'];
export type UploadReport = Schemas['UploadReport'];
export type FileReport = Schemas['FileReport'];
export type ActivityQuery = NonNullable<paths['/v1/activities']['get']['parameters']['query']>;
export interface Page<T> {
	items: T[];
	next_cursor?: string | null;
	pagination?: Schemas['Pagination'] | null;
}

export const client = new Client({
	fetch: (input, init) => globalThis.fetch(input, init),
	cookies: () => document.cookie,
	account: whose,
	another: () => end('another'),
	signedOut: () => {
		// The page says so already, and holds what is not sent.
		if (over()) return;
		if (anyUnsaved()) return notify(SIGNED_OUT, { label: 'Sign in', run: signInElsewhere });
		const next = location.pathname + location.search;
		if (!next.startsWith('/sign-in')) location.assign(`/sign-in?next=${encodeURIComponent(next)}&ended=1`);
	},
	wait: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
});

/** Beside the page, which keeps what it holds. */
export function signInElsewhere(): void {
	open('/sign-in', '_blank', 'noopener');
}

const get = <T>(path: string, query?: Record<string, string | number | boolean | null | undefined>) =>
	client.send<T>(path, { query });

/** An id of the page's address, which anybody can write, as one part of the API's. */
export const part = encodeURIComponent;

export const about = () => get<About>('/v1/about');

export const signIn = (email: string, password: string) =>
	client.send('/v1/auth/login', { method: 'POST', json: { email, password, transport: 'cookie' } });
export const register = (email: string, password: string, display_name: string | null, timezone: string) =>
	client.send('/v1/auth/register', {
		method: 'POST',
		json: { email, password, display_name, timezone, transport: 'cookie' },
	});
/** Ends the session, and says so to the other tabs. Where there is none, another tab did it. */
export async function signOut(): Promise<void> {
	if (client.hasSession) await client.send('/v1/auth/logout', { method: 'POST', json: {} });
	tellTabs(null);
}

/** Who is signed in, whoever it is. */
export const profile = () => client.send<Profile>('/v1/athletes/me', { ofWhoever: true });
export const changeProfile = (patch: Schemas['AthletePatch']) =>
	client.send<Profile>('/v1/athletes/me', { method: 'PATCH', json: patch });
export const personalBests = () =>
	get<{ personal_bests: PersonalBest[] }>('/v1/athletes/me/personal-bests').then(
		(body) => body.personal_bests,
	);

export const activities = (query: ActivityQuery) => get<Page<Activity>>('/v1/activities', query);
export const deletedActivities = (cursor: string | null) =>
	get<Page<DeletedActivity>>('/v1/activities/deleted', { limit: 50, cursor });
export const activity = (id: string) => get<ActivityDetail>(`/v1/activities/${part(id)}`);
export const changeActivity = (id: string, patch: ActivityPatch) =>
	client.send<ActivityDetail>(`/v1/activities/${part(id)}`, { method: 'PATCH', json: patch });
export const deleteActivity = (id: string) => client.send(`/v1/activities/${part(id)}`, { method: 'DELETE' });
export const restoreActivity = (id: string) =>
	client.send<ActivityDetail>(`/v1/activities/${part(id)}/restore`, { method: 'POST' });
export const streams = (id: string, stretch?: { from_s: number; to_s: number }) =>
	get<Streams>(`/v1/activities/${part(id)}/streams`, { points: 1000, ...stretch });
export const splits = (id: string, kind: SplitKind) =>
	get<Schemas['ActivitySplits']>(`/v1/activities/${part(id)}/splits`, { kind }).then((body) => body.splits);
export const bestEfforts = (id: string) =>
	get<Schemas['BestEfforts']>(`/v1/activities/${part(id)}/best-efforts`).then((body) => body.best_efforts);
export const originalFile = (id: string, source: string) =>
	client.answer(`/v1/activities/${part(id)}/file?source=${part(source)}`).then((answer) => answer.blob());

export const summary = (days: number) => get<Summary>('/v1/activities/summary', { days });
export const trends = (days: number) =>
	get<Trends>('/v1/analytics/efficiency-trends', { days, include_load_response: true });
export const loadHistory = (days: number) => get<LoadHistory>('/v1/training-load/history', { days });

export const upload = (id: string) => get<UploadReport>(`/v1/uploads/${part(id)}`);
export const uploadFiles = (id: string, cursor: string | null) =>
	get<Page<FileReport>>(`/v1/uploads/${part(id)}/files`, { limit: 100, cursor });
