-- This worker lives. Nothing comes back where the database knows nothing of it; else what it runs, and of what it should stop.
with /* jobs.beat unasked */ seen as (
    update mainstay.job_worker set last_seen = clock_timestamp(), is_draining = $2 where id = $1 returning id
)
select
    coalesce(array_agg(job.run) filter (where job.run is not null), '{}') as runs,
    coalesce(array_agg(job.run) filter (where job.cancel_requested), '{}') as cancelled
from seen left join mainstay.job_running as job on job.worker = seen.id
group by seen.id
