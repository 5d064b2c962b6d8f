-- What is due by the server's clock, for whoever leads. The lease cannot be taken by another one until the transaction ends.
with /* jobs.cron_due */ led as materialized (
    select from mainstay.lease where name = $1 and token = $2 and expires_at > clock_timestamp() for share
)
select
    cron.name, cron.spec, cron.zone, cron.queue, cron.kind, cron.payload, cron.priority, cron.attempts_most, cron.timeout_ms,
    cron.misfire, cron.catch_up_most, cron.next_at, statement_timestamp() as now
from mainstay.job_cron as cron
where cron.next_at <= statement_timestamp() and cron.paused_at is null and cron.retired_at is null
    and cron.name <> all($3::text[]) and exists (select from led)
order by cron.next_at
limit $4
for update of cron skip locked
