-- What is not declared any more rests.
update /* jobs.cron_retire platform */ mainstay.job_cron
set retired_at = coalesce(retired_at, statement_timestamp()), declared_by = $1
where name <> all($2::text[])
