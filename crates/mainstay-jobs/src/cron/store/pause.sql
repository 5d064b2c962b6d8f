update /* jobs.cron_pause */ mainstay.job_cron
set paused_at = coalesce(paused_at, statement_timestamp())
where name = $1 and retired_at is null
returning name
