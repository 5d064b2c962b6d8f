-- What is due by the server's clock, for whoever leads.
select
    /* jobs.cron_due platform */ name, spec, zone, queue, kind, payload, priority, attempts_most, timeout_ms, misfire, catch_up_most,
    next_at, statement_timestamp() as now
from mainstay.job_cron
where next_at <= statement_timestamp() and paused_at is null and retired_at is null
    and name || e'\n' || spec || e'\n' || zone <> all($3::text[])
    and exists (
        select from mainstay.lease
        where lease.name = $1 and lease.token = $2 and lease.expires_at > clock_timestamp()
    )
order by next_at
limit $4
for update skip locked
