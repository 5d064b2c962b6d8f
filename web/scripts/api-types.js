// Writes the API's types from ../openapi.json; with --check it only says whether the written ones are the same.
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../../openapi.json', import.meta.url);
const target = new URL('../src/lib/api/schema.d.ts', import.meta.url);

const description = JSON.parse(readFileSync(source, 'utf8'));
const written = `// Written by \`npm run types\` from openapi.json. Never edited.\n\n${astToString(await openapiTS(description))}`;

if (!process.argv.includes('--check')) {
	writeFileSync(target, written);
} else if (readFileSync(target, 'utf8') !== written) {
	console.error('src/lib/api/schema.d.ts is not what openapi.json gives. Run `npm run types`.');
	process.exit(1);
}
