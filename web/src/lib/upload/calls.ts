// The addresses of uploads, and one request with files, which needs XMLHttpRequest: only it tells how much has been sent.
import { client, part, type FileReport, type Page, type UploadReport } from '$lib/api/endpoints';
import type { components } from '$lib/api/schema';
import type { Sent } from './send';

export type UploadItem = components['schemas']['UploadItem'];

/** The most that the server gives on one page. */
const LINES = 100;

export const uploads = (limit: number, cursor: string | null) =>
	client.send<Page<UploadItem>>('/v1/uploads', { query: { limit, cursor } });
export const uploadReport = (id: string) => client.send<UploadReport>(`/v1/uploads/${part(id)}`);

/** Has one file tried again; its line is new, or says that it waits. */
export const retryFile = (id: string, position: number) =>
	client.send<FileReport>(`/v1/uploads/${part(id)}/files/${position}/retry`, { method: 'POST' });

/** All lines of a report, page by page; `heard` gets what is there so far. */
export async function allLines(id: string, heard?: (lines: FileReport[]) => void): Promise<FileReport[]> {
	const lines: FileReport[] = [];
	let cursor: string | null = null;
	do {
		const page: Page<FileReport> = await client.send(`/v1/uploads/${part(id)}/files`, {
			query: { limit: LINES, cursor },
		});
		lines.push(...page.items);
		cursor = page.next_cursor ?? null;
		heard?.(lines.slice());
	} while (cursor !== null);
	return lines;
}

/** Sends a form. Status 0: no answer came. */
export function post(
	form: FormData,
	heard: (loaded: number, total: number) => void,
	signal: AbortSignal,
): Promise<Sent> {
	return new Promise((done) => {
		const request = new XMLHttpRequest();
		const finish = () => {
			signal.removeEventListener('abort', stop);
			const { status, responseText: body } = request;
			done({ status, body, retryAfter: status === 0 ? null : request.getResponseHeader('retry-after') });
		};
		const stop = () => request.abort();
		request.open('POST', '/v1/uploads');
		request.setRequestHeader('accept', 'application/json');
		for (const [name, value] of Object.entries(client.headers())) request.setRequestHeader(name, value);
		request.upload.onprogress = (event) => heard(event.loaded, event.total);
		request.onloadend = finish;
		signal.addEventListener('abort', stop);
		request.send(form);
	});
}
