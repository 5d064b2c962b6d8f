// What SvelteKit lets an app declare globally: nothing yet.
declare global {
	namespace App {
		interface Error {
			message: string;
		}
	}
}
export {};
