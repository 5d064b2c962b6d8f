// Checks the colours of src/styles/tokens.css: text 4.5:1, controls and chart lines 3:1 (WCAG 2.2, 1.4.3 and 1.4.11),
// and chart colours told apart under simulated colour blindness (Machado et al. 2009). Fails with the pairs that miss.
import { readFileSync } from 'node:fs';

const css = readFileSync(new URL('../src/styles/tokens.css', import.meta.url), 'utf8');
const tokens = new Map();
for (const [, name, light, dark] of css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)) {
	tokens.set(name, { light: channels(light), dark: channels(dark) });
}

const grounds = ['ground', 'surface', 'sunken'];
const charts = [...tokens.keys()].filter((name) => name.startsWith('chart-'));
const pairs = [
	...['ink', 'ink-soft', 'accent', 'good', 'warn', 'bad'].flatMap((text) =>
		grounds.map((on) => [text, on, 4.5]),
	),
	['on-accent', 'accent', 4.5],
	['ink', 'accent-soft', 4.5],
	['accent', 'accent-soft', 4.5],
	['line-strong', 'surface', 3],
	['line-strong', 'ground', 3],
	...charts.map((line) => [line, 'surface', 3]),
];

// Severity 1.0, linear RGB.
const blindness = {
	deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
	protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
	tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};
// Lines that share a plot. Others never meet, and dashes and labels tell all of them apart without colour.
const together = [
	['chart-blue', 'chart-orange'],
	['chart-blue', 'chart-purple'],
	['chart-orange', 'chart-purple'],
];

const misses = [];
for (const theme of ['light', 'dark']) {
	for (const [front, back, least] of pairs) {
		const ratio = contrast(tokens.get(front)[theme], tokens.get(back)[theme]);
		if (ratio < least)
			misses.push(`${theme}: ${front} on ${back} is ${ratio.toFixed(2)}:1, needs ${least}:1`);
	}
	for (const [one, other] of together) {
		for (const [kind, matrix] of Object.entries(blindness)) {
			const apart = distance(tokens.get(one)[theme], tokens.get(other)[theme], matrix);
			if (apart < 0.06)
				misses.push(`${theme}: ${one} and ${other} look alike (${kind}, ${apart.toFixed(3)})`);
		}
	}
}
if (misses.length > 0) {
	console.error(misses.join('\n'));
	process.exit(1);
}
console.log(`contrast: ${pairs.length} pairs and ${together.length} chart pairs hold in both themes`);

function channels(hex) {
	return [1, 3, 5].map((at) => {
		const part = parseInt(hex.slice(at, at + 2), 16) / 255;
		return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
	});
}

function luminance([r, g, b]) {
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
	const [bright, dim] = [luminance(one), luminance(other)].sort((a, b) => b - a);
	return (bright + 0.05) / (dim + 0.05);
}

/** Distance in OKLab (Ottosson 2020) of two colours as a colour-blind person sees them. */
function distance(one, other, matrix) {
	const [a, b] = [one, other].map((rgb) => oklab(transform(rgb, matrix)));
	return Math.hypot(...a.map((part, at) => part - b[at]));
}

function transform(v, m) {
	return [0, 3, 6].map((row) =>
		Math.min(1, Math.max(0, m[row] * v[0] + m[row + 1] * v[1] + m[row + 2] * v[2])),
	);
}

function oklab([r, g, b]) {
	const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
	const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
	const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
	return [
		0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
		1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
		0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
	];
}
