// One answer of the API with the states that a page designs for: waiting, there, failed.
// What was there stays visible while it is asked for again.
import { Problem } from './api/problem';

export class Loaded<T> {
	value = $state.raw<T | undefined>();
	problem = $state.raw<Problem | undefined>();
	waiting = $state(true);
	#ask: () => Promise<T>;
	/** Answers that were overtaken by a newer request are thrown away. */
	#newest = 0;

	constructor(ask: () => Promise<T>) {
		this.#ask = ask;
		void this.reload();
	}

	async reload(ask: () => Promise<T> = this.#ask): Promise<void> {
		this.#ask = ask;
		const mine = ++this.#newest;
		this.waiting = true;
		try {
			const value = await ask();
			if (mine !== this.#newest) return;
			this.value = value;
			this.problem = undefined;
		} catch (error) {
			if (mine !== this.#newest) return;
			this.problem = Problem.from(error);
		}
		this.waiting = false;
	}
}
