-- tidy: limit, one of each key
-- The first that wait of keys whose last one has just ended, if they may begin.
select /* jobs.next */ first.id
from unnest($2::text[]) as ended (key)
cross join lateral (
    select job.id, job.nth, job.run_at, job.kind from mainstay.job_ready as job
    where job.queue = $1 and job.ordering_key = ended.key
    order by job.nth
    limit 1
) as first
where first.run_at <= statement_timestamp() and first.kind = any($3::text[])
    and not exists (select from mainstay.job_ahead($1, ended.key, first.nth))
limit $4
