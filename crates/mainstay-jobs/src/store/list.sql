-- A page of jobs, the last first. In any state they are found along one index ($1): of an owner, of a kind, of a queue, or all.
-- In some states, where those are: what has not succeeded along its own indexes, the few that run or wait for another attempt
-- one by one, and what waits or has succeeded by stepping from the jobs that are asked for to the next that waits or has, and
-- back: what lies between them is leapt over on both sides. Only of those that wait for their time and those that could begin,
-- the one is looked for among the other one by one; and what has
-- succeeded among what has not, which is why nothing is looked for beyond a place ($8, see `reach.sql`). `any(array[…])` with its column first in the order leaves the planner no
-- other index, such as that of all ids, where it believes that what is asked for lies everywhere.
-- tidy: limit, a step is one row
with recursive /* jobs.list */ waiting (id, place, state) as (
    select $6::uuid, $6, null where $1 <> 'all' and $3::text[] && array['scheduled', 'queued']
    union all
    select
        job.id, place.id,
        case
            when place.run_at <= statement_timestamp() then 'queued'
            when place.attempts > 0 then 'retrying' else 'scheduled'
        end
    from waiting as last
    cross join lateral (
        (
            select id from mainstay.job
            where $1 = 'owner' and owner = any(array[$2::uuid]) and id <= last.place and id <> last.id
                and ($4::text is null or queue = $4) and ($5::text is null or kind = $5)
            order by owner, id desc limit 1
        )
        union all
        (
            select id from mainstay.job
            where $1 = 'kind' and kind = any(array[$5]) and id <= last.place and id <> last.id and ($4 is null or queue = $4)
            order by kind, id desc limit 1
        )
        union all
        (
            select id from mainstay.job
            where $1 = 'queue' and queue = any(array[$4]) and id <= last.place and id <> last.id
            order by queue, id desc limit 1
        )
    ) as job
    cross join lateral (
        select id, run_at, attempts from mainstay.job_ready where id <= job.id order by id desc limit 1
    ) as place
), succeeded (id, place) as (
    select $6::uuid, $6 where $1 <> 'all' and 'succeeded' = any($3)
    union all
    select job.id, place.id
    from succeeded as last
    cross join lateral (
        (
            select id from mainstay.job
            where $1 = 'owner' and owner = any(array[$2::uuid]) and id <= last.place and id <> last.id
                and ($4 is null or queue = $4) and ($5 is null or kind = $5)
            order by owner, id desc limit 1
        )
        union all
        (
            select id from mainstay.job
            where $1 = 'kind' and kind = any(array[$5]) and id <= last.place and id <> last.id and ($4 is null or queue = $4)
            order by kind, id desc limit 1
        )
        union all
        (
            select id from mainstay.job
            where $1 = 'queue' and queue = any(array[$4]) and id <= last.place and id <> last.id
            order by queue, id desc limit 1
        )
    ) as job
    cross join lateral (
        select id from mainstay.job_outcome
        where id <= job.id and id >= $8::uuid and state = 'succeeded'
        order by id desc limit 1
    ) as place
), found as materialized (
    -- In any state.
    (
        select id from mainstay.job
        where cardinality($3) = 0 and $1 = 'owner' and owner = any(array[$2::uuid]) and id < $6
            and ($4 is null or queue = $4) and ($5 is null or kind = $5)
        order by owner, id desc limit $7
    )
    union all
    (
        select id from mainstay.job
        where cardinality($3) = 0 and $1 = 'kind' and kind = any(array[$5]) and id < $6 and ($4 is null or queue = $4)
        order by kind, id desc limit $7
    )
    union all
    (
        select id from mainstay.job where cardinality($3) = 0 and $1 = 'queue' and queue = any(array[$4]) and id < $6
        order by queue, id desc limit $7
    )
    union all
    (
        select id from mainstay.job where cardinality($3) = 0 and $1 = 'all' and id < $6
        order by id desc limit $7
    )
    union all
    -- What waits.
    (select id from waiting where id = place and id <> $6 and state <> 'retrying' and state = any($3) limit $7)
    union all
    (
        select id from mainstay.job_ready as again
        where 'retrying' = any($3) and attempts > 0 and run_at > statement_timestamp() and id < $6
            and ($4 is null or queue = $4) and ($5 is null or kind = $5)
            and ($2::uuid is null or exists (select from mainstay.job where job.id = again.id and job.owner = $2))
        order by id desc limit $7
    )
    union all
    (
        select id from mainstay.job_ready
        where $1 = 'all' and $3 && array['scheduled', 'queued'] and id < $6
            and case
                when run_at <= statement_timestamp() then 'queued' = any($3) else attempts = 0 and 'scheduled' = any($3)
            end
        order by id desc limit $7
    )
    union all
    -- What runs.
    (
        select id from mainstay.job_running as running
        where 'running' = any($3) and id < $6 and ($4 is null or queue = $4) and ($5 is null or kind = $5)
            and ($2::uuid is null or exists (select from mainstay.job where job.id = running.id and job.owner = $2))
        order by id desc limit $7
    )
    union all
    -- What has ended.
    (select id from succeeded where id = place and id <> $6 limit $7)
    union all
    (
        select id from mainstay.job_outcome
        where $1 = 'all' and 'succeeded' = any($3) and state = 'succeeded' and id < $6 and id >= $8
        order by id desc limit $7
    )
    union all
    select place.id
    from unnest($3) as wanted (state)
    cross join lateral (
        (
            select id from mainstay.job_outcome
            where $1 = 'owner' and owner = any(array[$2::uuid]) and state = wanted.state and id < $6
                and ($4 is null or queue = $4) and ($5 is null or kind = $5)
            order by owner, id desc limit $7
        )
        union all
        (
            select id from mainstay.job_outcome
            where $1 = 'kind' and kind = any(array[$5]) and state = wanted.state and id < $6 and ($4 is null or queue = $4)
            order by kind, id desc limit $7
        )
        union all
        (
            select id from mainstay.job_outcome
            where $1 = 'queue' and queue = any(array[$4]) and state = wanted.state and id < $6
            order by queue, id desc limit $7
        )
        union all
        (
            select id from mainstay.job_outcome
            where $1 = 'all' and state = any(array[wanted.state]) and state <> 'succeeded' and id < $6
            order by state, id desc limit $7
        )
    ) as place
    where wanted.state in ('failed', 'discarded', 'cancelled')
), page as materialized (
    select id from found where id >= $8 order by id desc limit $7
)
select
    job.id, job.queue, job.kind, job.priority, null::jsonb as payload, job.owner, job.attempts_most, job.trace, job.created_at,
    job.state, job.attempts, job.crashes, job.run_at, job.worker, job.is_cancelling, job.started_at, job.finished_at,
    job.progress, job.progress_message, null::jsonb as result, job.error
from page
cross join lateral (
    select
        id, queue, kind, priority, owner, attempts_most, trace, created_at, state, attempts, crashes, run_at, worker,
        is_cancelling, started_at, finished_at, progress, progress_message, error
    from mainstay.job_shown where id = page.id limit 1
) as job
order by page.id desc limit $7
