-- Without a next time that anybody knows, the last one that was known stays.
update /* jobs.cron_resume */ mainstay.job_cron set paused_at = null, next_at = coalesce($2, next_at) where name = $1
