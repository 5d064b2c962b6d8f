// The addresses of jobs, for administrators. Never here: how often they are asked (live.svelte.ts).
import { client, part } from '$lib/api/endpoints';
import type { components } from '$lib/api/schema';

type Schemas = components['schemas'];
export type Statistics = Schemas['JobStatistics'];
export type Queue = Schemas['JobQueue'];
export type Job = Schemas['JobItem'];
export type Jobs = Schemas['JobList'];
export type DeadLetter = Schemas['DeadLetter'];
export type DeadLetters = Schemas['DeadLetters'];
export type Schedule = Schemas['JobSchedule'];
export type Worker = Schemas['JobWorker'];
export type Replayed = Schemas['Replayed'];

const post = <T>(path: string, json?: unknown) => client.send<T>(path, { method: 'POST', json });

/** The jobs and dead letters of one look. */
export const SHOWN = 20;

export const statistics = () => client.send<Statistics>('/v1/jobs/stats/queue');
export const jobsIn = (state: 'running' | 'retrying') =>
	client.send<Jobs>('/v1/jobs', { query: { state, limit: SHOWN } });
export const deadLetters = () => client.send<DeadLetters>('/v1/jobs/dead', { query: { limit: SHOWN } });
export const schedules = () =>
	client.send<Schemas['JobSchedules']>('/v1/jobs/schedule').then((body) => body.schedules);
export const workers = () =>
	client.send<Schemas['JobWorkers']>('/v1/jobs/workers').then((body) => body.workers);

export const cancelJob = (id: string) => post(`/v1/jobs/${part(id)}/cancel`);
export const pauseQueue = (name: string) => post(`/v1/jobs/queues/${part(name)}/pause`);
export const resumeQueue = (name: string) => post(`/v1/jobs/queues/${part(name)}/resume`);
export const replay = (ids: string[]) => post<Replayed>('/v1/jobs/dead/replay', { ids });
export const replayAll = () => post<Replayed>('/v1/jobs/dead/replay', { filter: {} });
export const forget = (ids: string[]) => post<Schemas['Purged']>('/v1/jobs/dead/purge', { ids });
export const pauseSchedule = (name: string) => post(`/v1/jobs/schedule/${part(name)}/pause`);
export const resumeSchedule = (name: string) => post(`/v1/jobs/schedule/${part(name)}/resume`);
export const runSchedule = (name: string) => post(`/v1/jobs/schedule/${part(name)}/run`);
