update /* jobs.cron_resume */ mainstay.job_cron set paused_at = null, next_at = $2 where name = $1
