update /* jobs.cron_advance */ mainstay.job_cron as cron
set next_at = given.next_at, last_at = coalesce(given.last_at, cron.last_at)
from unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) as given (name, next_at, last_at)
where cron.name = given.name
