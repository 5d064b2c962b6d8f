select
    /* jobs.cron_one */ spec, zone, queue, kind, payload, priority, attempts_most, timeout_ms, paused_at,
    statement_timestamp() as now
from mainstay.job_cron
where name = $1 and retired_at is null
for update
