-- This worker lives. Nothing comes back where the database knows nothing of it; else which of these attempts it still has, and what
-- of them should stop; and a run up to which all have been given to somebody.
with /* jobs.beat platform */ seen as (
    update mainstay.job_worker set last_seen = clock_timestamp(), is_draining = $2 where id = $1 returning id
), mine as (
    select job.run, job.id, job.cancel_requested
    from unnest($3::bigint[]) as own (run)
    inner join mainstay.job_running as job on job.run = any(array[own.run])
    where job.worker = $1
)
select
    coalesce(array_agg(mine.run) filter (where mine.run is not null), '{}') as runs,
    coalesce(array_agg(mine.id) filter (where mine.run is not null), '{}') as jobs,
    coalesce(array_agg(mine.cancel_requested) filter (where mine.run is not null), '{}') as unwanted,
    -- One that was never asked says its first number, which nobody has yet.
    (select last_value - 1 from mainstay.job_running_run_seq) as last
from seen left join mine on true
group by seen.id
