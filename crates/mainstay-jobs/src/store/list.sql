-- A page of jobs, the last first. Each way ($1) is that of one index: those of an owner, those of a kind, the few that have not
-- succeeded, or all; what else is asked for is looked at job by job.
with /* jobs.list */ found as materialized (
    (
        select id from mainstay.job_shown
        where $1 = 'owner' and owner = $2 and id < $6 and (cardinality($3::text[]) = 0 or state = any($3))
            and ($4::text is null or queue = $4) and ($5::text is null or kind = $5)
        order by id desc limit $7
    )
    union all
    (
        select id from mainstay.job_shown
        where $1 = 'kind' and kind = $5 and id < $6 and (cardinality($3::text[]) = 0 or state = any($3))
            and ($4::text is null or queue = $4)
        order by id desc limit $7
    )
    union all
    (
        select id from mainstay.job_shown
        where $1 = 'all' and id < $6 and (cardinality($3::text[]) = 0 or state = any($3)) and ($4::text is null or queue = $4)
        order by id desc limit $7
    )
    union all
    (
        select place.id from mainstay.job_ready as place inner join mainstay.job_shown as job on job.id = place.id
        where $1 = 'state' and place.id < $6 and job.state = any($3) and ($4::text is null or place.queue = $4)
            and ($5::text is null or place.kind = $5)
        order by place.id desc limit $7
    )
    union all
    (
        select id from mainstay.job_running
        where $1 = 'state' and id < $6 and 'running' = any($3) and ($4::text is null or queue = $4)
            and ($5::text is null or kind = $5)
        order by id desc limit $7
    )
    union all
    (
        select place.id from mainstay.job_outcome as place inner join mainstay.job on job.id = place.id
        where $1 = 'state' and place.id < $6 and place.state <> 'succeeded' and place.state = any($3)
            and ($4::text is null or job.queue = $4) and ($5::text is null or job.kind = $5)
        order by place.id desc limit $7
    )
)
select
    job.id, job.queue, job.kind, job.priority, null::jsonb as payload, job.owner, job.attempts_most, job.trace, job.created_at,
    job.state, job.attempts, job.crashes, job.run_at, job.worker, job.is_cancelling, job.started_at, job.finished_at,
    job.progress, job.progress_message, null::jsonb as result, job.error
from found inner join mainstay.job_shown as job on job.id = found.id
order by job.id desc limit $7
