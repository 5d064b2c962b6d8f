-- This worker lives. Nothing comes back where the database knows nothing of it; else what it runs: of the runs that it names, and
-- whatever it has above another one; and what of it should stop; and the last run that was given to anybody. Found by runs, as
-- ends are (`succeed.sql`).
with /* jobs.beat platform */ seen as (
    update mainstay.job_worker set last_seen = clock_timestamp(), is_draining = $2 where id = $1 returning id
), mine as (
    select job.run, job.id, job.cancel_requested
    from unnest($4::bigint[]) as own (run)
    join mainstay.job_running as job on job.run = own.run
    where job.worker + 0 = $1
    union all
    select run, id, cancel_requested from mainstay.job_running where run > $3 and worker + 0 = $1
)
select
    coalesce(array_agg(mine.run) filter (where mine.run is not null), '{}') as runs,
    coalesce(array_agg(mine.id) filter (where mine.run is not null), '{}') as jobs,
    coalesce(array_agg(mine.cancel_requested) filter (where mine.run is not null), '{}') as unwanted,
    (select last_value from mainstay.job_running_run_seq) as last
from seen left join mine on true
group by seen.id
