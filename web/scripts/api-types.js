// Writes the API's types from ../openapi.json; with --check it only says whether the written ones are the same.
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../../openapi.json', import.meta.url);
const target = new URL('../src/lib/api/schema.d.ts', import.meta.url);

const description = JSON.parse(readFileSync(source, 'utf8'));
for (const name of missingSchemas(description)) {
	console.warn(`openapi.json refers to the schema ${name} and does not hold it; taken as a string`);
	description.components.schemas[name] = { type: 'string' };
}
nameOperationsApart(description);
const written = `// Written by \`npm run types\` from openapi.json. Never edited.\n\n${astToString(await openapiTS(description))}`;

if (!process.argv.includes('--check')) {
	writeFileSync(target, written);
} else if (readFileSync(target, 'utf8') !== written) {
	console.error('src/lib/api/schema.d.ts is not what openapi.json gives. Run `npm run types`.');
	process.exit(1);
}

/** The names of schemas that are referred to and not there. */
function missingSchemas(api) {
	const named = JSON.stringify(api).matchAll(/"#\/components\/schemas\/([^"]+)"/g);
	return new Set([...named].map((found) => found[1]).filter((name) => !(name in api.components.schemas)));
}

/** Several operations are called `list` and `me`; the generator wants each name once. */
function nameOperationsApart(api) {
	for (const [path, methods] of Object.entries(api.paths)) {
		for (const [method, operation] of Object.entries(methods)) {
			if (operation?.operationId) operation.operationId = `${method} ${path}`;
		}
	}
}
