update /* jobs.resume */ mainstay.job_queue set paused_at = null where name = $1 and paused_at is not null
