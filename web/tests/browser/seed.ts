// Many activities at once, past the API: entering ten thousand through it takes minutes. Never here: what a test expects.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';

/** Runs statements straight in the database; what they print, without heads. */
export function sql(text: string): string {
	const data = inject('data');
	const port = readFileSync(join(data, 'pg', 'postmaster.pid'), 'utf8').split('\n')[3] ?? '';
	const options = ['-h', join(data, 'run'), '-p', port, '-U', 'postgres', '-d', 'paceline', '-Atq'];
	return execFileSync('psql', [...options, '--no-psqlrc', '-v', 'ON_ERROR_STOP=1', '-c', text], {
		env: { PATH: process.env.PATH, PGPASSWORD: readFileSync(join(data, 'password'), 'utf8').trim() },
		encoding: 'utf8',
	}).trim();
}

/** Gives the account so many entries by hand, an hour apart. */
export function seed(email: string, rows: number) {
	const told = sql(`
	with made as (
		insert into activity
			(athlete_id, id, sport, name, start_time, end_time, source_format, elapsed_s, moving_time_s, distance_m,
			is_race, has_track, edited, created_at, updated_at)
		select
			athlete.id, gen_random_uuid(), case at % 3 when 0 then 'cycling' else 'run' end, 'Number ' || at,
			start_time, start_time + interval '30 minutes', 'manual', 1800, 1800, 5000 + at % 4000,
			false, false, '{}', now(), now()
		from athlete, generate_series(1, ${rows}) as at,
			lateral (select timestamptz '2024-01-01T00:00Z' - at * interval '1 hour' as start_time) as began
		where athlete.email = '${email}'
		returning id
	) select count(*) from made`);
	if (told !== String(rows)) throw new Error(told);
}
