-- The jobs of each queue by where they are, each place counted up to $1, and for how long the first that is due has waited.
-- Queues are found from one to the next along the index of what waits, whose order also bounds what is read of each.
with recursive /* jobs.counts */ next (queue) as (
    select min(job.queue) from mainstay.job_ready as job
    union all
    select (select min(job.queue) from mainstay.job_ready as job where job.queue > next.queue)
    from next where next.queue is not null
), waiting as materialized (
    select queue from next where queue is not null limit $2
), counted as (
    select
        waiting.queue,
        (
            select count(*)
            from (
                select from mainstay.job_ready as job where job.queue = waiting.queue
                order by job.priority, job.run_at limit $1
            ) as bounded
        ) as ready,
        0 as running, 0 as dead,
        (
            select min(first.run_at)
            from unnest($3::smallint[]) as lane (priority)
            cross join lateral (
                select min(job.run_at) as run_at from mainstay.job_ready as job
                where job.queue = waiting.queue and job.priority = lane.priority
            ) as first
        ) as first_at
    from waiting
    union all
    select queue, 0, count(*), 0, null
    from (select queue from mainstay.job_running limit $1) as bounded group by queue
    union all
    select queue, 0, 0, count(*), null
    from (select queue from mainstay.job_dead limit $1) as bounded group by queue
)
select
    queue, sum(ready)::bigint as ready, sum(running)::bigint as running, sum(dead)::bigint as dead,
    greatest(extract(epoch from clock_timestamp() - min(first_at)) * 1000, 0)::bigint as waited_ms
from counted
group by queue
order by queue
limit $2
