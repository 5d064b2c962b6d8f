// One Chromium for a file of tests, and pages that notice what must not happen: errors, foreign addresses, moved content.
// Never here: what a page should show.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
	chromium,
	type Browser,
	type BrowserContext,
	type BrowserContextOptions,
	type Page,
} from 'playwright-core';
import { afterAll, beforeAll, expect, inject, onTestFailed } from 'vitest';

export const DEMO = 'demo@paceline.example';
export const PASSWORD = 'correct horse battery';
/** How long anything is waited for before it is held to never come, ms; a machine that is merely busy takes less. */
const PATIENCE_MS = 60_000;
/** How long a notice of the page stays (STAYS_MS of src/lib/notices.svelte.ts), ms. */
const NOTICE_MS = 12_000;

const ARGUMENTS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

let browser: Browser | undefined;

/** Call once at the top of a file. */
export function useBrowser() {
	beforeAll(async () => {
		browser = await chromium.launch({
			executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
			args: ARGUMENTS,
		});
	});
	afterAll(async () => {
		await browser?.close();
	});
}

/** A browser of its own as a person has it: not private, and with pages put aside for the way back. */
export async function launchLasting(): Promise<BrowserContext> {
	const folder = mkdtempSync(join(tmpdir(), 'paceline-profile-'));
	const context = await chromium.launchPersistentContext(folder, {
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		args: ARGUMENTS,
		ignoreDefaultArgs: ['--disable-back-forward-cache'],
		baseURL: inject('server'),
	});
	context.setDefaultTimeout(PATIENCE_MS);
	// The browser may still write for a moment; what it will not let go is the system's to remove.
	context.on('close', () => {
		rm(folder, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 }).catch(() => undefined);
	});
	return context;
}

/** A page of its own, and what was noticed on it. */
export class Visit {
	readonly errors: string[] = [];
	readonly foreign: string[] = [];

	private constructor(readonly page: Page) {}

	/** A visit to the server of all tests, or to the one at `options.baseURL`. */
	static async begin(options: BrowserContextOptions = {}): Promise<Visit> {
		if (!browser) throw new Error('useBrowser() was not called');
		const server = options.baseURL ?? inject('server');
		const context = await browser.newContext({
			baseURL: server,
			viewport: { width: 1280, height: 900 },
			timezoneId: 'Europe/Amsterdam',
			locale: 'en-GB',
			// They have tests of their own (offline.test.ts): a visit while one starts at times never ends under a debugger.
			serviceWorkers: 'block',
			...options,
		});
		context.setDefaultTimeout(PATIENCE_MS);
		await context.addInitScript(watchMoves);
		// A notice waits for the test: it would else be gone before a test on a busy machine has read or pressed it.
		await context.addInitScript((stays) => {
			const later = globalThis.setTimeout.bind(globalThis);
			Object.assign(globalThis, {
				setTimeout: (run: TimerHandler, pause?: number, ...rest: unknown[]) =>
					pause === stays ? 0 : later(run, pause, ...rest),
			});
		}, NOTICE_MS);
		const page = await context.newPage();
		const visit = new Visit(page);
		onTestFailed(() => visit.tell());
		page.on('pageerror', (error) => visit.errors.push(error.message));
		page.on('console', (message) => {
			// Chromium writes an error for each answer above 399; those are the page's business.
			if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
				visit.errors.push(message.text());
		});
		page.on('request', (request) => {
			const url = request.url();
			if (!url.startsWith(server) && !/^(data|blob):/.test(url)) visit.foreign.push(url);
		});
		return visit;
	}

	/** Sum of layout shifts without input since the page was loaded. */
	moved(): Promise<number> {
		return this.page.evaluate(() => (globalThis as unknown as Moves).moved());
	}

	/** How much wider the page is than its window, or what stands in a card than the card. */
	overflow(): Promise<number> {
		return this.page.evaluate(() =>
			Math.max(
				...Array.from(
					document.querySelectorAll(':root, .card'),
					({ scrollWidth, clientWidth }) => scrollWidth - clientWidth,
				),
			),
		);
	}

	/** Where the page of a failed test stands, and what a reader of it meets: the words that a log of the checks keeps. */
	private async tell() {
		const seen = await this.page.ariaSnapshot({ timeout: 5000 }).catch(String);
		console.error([this.page.url(), seen, ...this.errors].join('\n'));
	}

	/** Nothing was noticed that must never happen. Only requests below `allowed` may have gone elsewhere. */
	async end({ allowed }: { allowed?: string } = {}) {
		const foreign = this.foreign.filter((url) => !allowed || !url.startsWith(allowed));
		expect(this.errors, 'errors in the console').toEqual([]);
		expect(foreign, 'requests to other hosts').toEqual([]);
		await this.page.context().close();
	}
}

interface Moves {
	moved: () => number;
}

/** Runs in each page, before anything of its own: adds up the layout shifts that no input was the reason of. */
function watchMoves() {
	type Shift = PerformanceEntry & { value: number; hadRecentInput: boolean };
	let sum = 0;
	const add = (shifts: PerformanceEntryList) => {
		for (const { value, hadRecentInput } of shifts as Shift[]) if (!hadRecentInput) sum += value;
	};
	const observer = new PerformanceObserver((list) => add(list.getEntries()));
	observer.observe({ type: 'layout-shift', buffered: true });
	(globalThis as unknown as Moves).moved = () => {
		// Those that the browser has not handed over yet.
		add(observer.takeRecords());
		return sum;
	};
}

/**
 * Waits until the page that was just loaded is whole: it has its title, no part is waited for, every plot is drawn, the
 * length of a list is known and nothing moves any more.
 */
export async function whole(page: Page) {
	await page.waitForFunction(() => {
		const every = (selector: string, holds: (part: Element) => boolean) =>
			Array.from(document.querySelectorAll(selector)).every(holds);
		return (
			document.querySelector('h1') !== null &&
			document.querySelector('.waiting, [aria-busy="true"], [aria-rowcount="-1"]') === null &&
			every('[role="slider"]', (plot) => plot.querySelector('canvas') !== null) &&
			document.getAnimations().every(({ playState }) => playState !== 'running')
		);
	});
}

/** Fills in the sign-in form and waits for the dashboard. */
export async function signIn(page: Page, email: string, password: string) {
	await page.goto('/sign-in');
	await page.getByLabel('E-mail').fill(email);
	await page.getByLabel('Password').fill(password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
}

/** What waits for `opened` goes on when the test says `open`. */
export function gate(): { opened: Promise<void>; open: () => void } {
	let open = () => {};
	const opened = new Promise<void>((done) => (open = done));
	return { opened, open };
}

/** Makes an account and waits for its dashboard. */
export async function signUp(page: Page, email: string) {
	await page.goto('/sign-up');
	await page.getByLabel('E-mail').fill(email);
	await page.getByLabel('Password').fill(PASSWORD);
	await page.getByRole('button', { name: 'Make the account' }).click();
	await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
}

/** Signs in as the demo athlete, once the season is there. */
export async function signInAsDemo(page: Page) {
	await signIn(page, DEMO, inject('demoPassword'));
	await expect
		.poll(() => page.evaluate(() => fetch('/v1/uploads?limit=100').then((answer) => answer.json())), {
			// The whole season comes in before.
			timeout: 240_000,
			interval: 500,
		})
		.toSatisfy(
			(uploads: { items: { finished_at: string | null }[] }) =>
				uploads.items.length >= 2 && uploads.items.every((upload) => upload.finished_at !== null),
		);
	await page.reload();
	await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
}

/** Sets text to twice its size: the browser's own setting, 16 px before. */
export async function twiceTheSize(page: Page) {
	const browser = await page.context().newCDPSession(page);
	await browser.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } });
}

/** That nothing of a page is cut off, wider than its window or out of its place. */
export async function fits(visit: Visit, path: string) {
	const { page } = visit;
	await expect.poll(() => cut(page), { message: `${path}: rows show all of their lines` }).toEqual([]);
	await expect.poll(() => visit.overflow(), { message: path }).toBeLessThanOrEqual(0);
	const heading = page.getByRole('heading', { level: 1 }).first();
	await expect
		.poll(async () => (await heading.boundingBox())?.y, { message: `${path}: the page begins at its top` })
		.toBeLessThan(300);
	const skip = page.getByRole('link', { name: 'To the content' });
	const foot = async () => {
		const box = await skip.boundingBox();
		return box === null ? Infinity : box.y + box.height;
	};
	await expect.poll(foot, { message: `${path}: a link that is out of sight` }).toBeLessThanOrEqual(0);
}

/** What stands in rows of a fixed height and reaches over their edges. */
const cut = (page: Page) =>
	page.evaluate(() =>
		Array.from(document.querySelectorAll('[role="row"] > *, .box > ul > li > *')).flatMap((part) => {
			const [inner, outer] = [part, part.parentElement ?? part].map((box) => box.getBoundingClientRect()) as [
				DOMRect,
				DOMRect,
			];
			const over = Math.max(outer.top - inner.top, inner.bottom - outer.bottom);
			return inner.height > 0 && over > 1 ? [`${part.textContent?.trim()}: ${over} px`] : [];
		}),
	);
