-- What has rested for so long that nobody will declare it again.
delete /* jobs.cron_forget */ from mainstay.job_cron
where retired_at < statement_timestamp() - $1::bigint * interval '1 millisecond'
