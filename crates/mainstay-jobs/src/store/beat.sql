-- This worker lives. Nothing comes back where the database knows nothing of it; else what it runs, and what of it should stop.
with /* jobs.beat unasked */ seen as (
    update mainstay.job_worker set last_seen = clock_timestamp(), is_draining = $2 where id = $1 returning id
)
select
    coalesce(array_agg(job.run) filter (where job.run is not null), '{}') as runs,
    coalesce(array_agg(job.id) filter (where job.run is not null), '{}') as jobs,
    coalesce(array_agg(job.cancel_requested) filter (where job.run is not null), '{}') as unwanted
from seen left join mainstay.job_running as job on job.worker = seen.id
group by seen.id
