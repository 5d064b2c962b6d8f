-- The last statement before the commit: nobody else can take the lease in between, and whoever has it is not held up for longer.
with /* jobs.cron_advance */ led as materialized (
    select from mainstay.lease where name = $1 and token = $2 and expires_at > clock_timestamp() for share
)
update mainstay.job_cron as cron
set next_at = given.next_at, last_at = coalesce(given.last_at, cron.last_at)
from unnest($3::text[], $4::timestamptz[], $5::timestamptz[]) as given (name, next_at, last_at)
where cron.name = given.name and exists (select from led)
