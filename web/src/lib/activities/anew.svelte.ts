// Drawing the activity that is looked at anew: its address stays, and what is there has changed. Never here: what is drawn.
const drawn = $state({ times: 0 });

/** Changes with each drawing. */
export const drawing = (): number => drawn.times;

export function drawAnew(): void {
	drawn.times++;
}
