-- The queues by name, with their jobs by where they are and what an operator has set. Names are found from one to the next
-- along the indexes, and each number is counted up to $1 in the order of one: that many is so many at least.
with recursive /* jobs.queues */ waiting (name) as (
    select min(job.queue) from mainstay.job_ready as job
    union all
    select (select min(job.queue) from mainstay.job_ready as job where job.queue > waiting.name)
    from waiting where waiting.name is not null
), running (name) as (
    select min(job.queue) from mainstay.job_running as job
    union all
    select (select min(job.queue) from mainstay.job_running as job where job.queue > running.name)
    from running where running.name is not null
), dead (name) as (
    select min(job.queue) from mainstay.job_dead as job
    union all
    select (select min(job.queue) from mainstay.job_dead as job where job.queue > dead.name)
    from dead where dead.name is not null
), named as materialized (
    select name
    from (
        select name from waiting union select name from running union select name from dead
        union select name from mainstay.job_queue
    ) as given
    where name is not null order by name limit $2
)
select
    named.name, least(due.number, $1)::bigint as queued, least(later.scheduled, $1)::bigint as scheduled,
    least(later.retrying, $1)::bigint as retrying,
    (
        select count(*) from (select from mainstay.job_running as job where job.queue = named.name limit $1) as bounded
    ) as running,
    (
        select count(*) from (select from mainstay.job_dead as job where job.queue = named.name limit $1) as bounded
    ) as dead,
    extract(epoch from statement_timestamp() - due.first_at)::double precision as oldest_s,
    said.paused_at, said.running_most, said.running_most_of_key, said.rate_per_s, said.rate_burst
from named
cross join lateral (
    select coalesce(sum(part.number), 0) as number, min(part.first_at) as first_at
    from unnest($3::smallint[]) as lane (priority)
    cross join lateral (
        select count(*) as number, min(bounded.run_at) as first_at
        from (
            select job.run_at from mainstay.job_ready as job
            where job.queue = named.name and job.limit_key is null and job.priority = lane.priority
                and job.run_at <= statement_timestamp()
            order by job.limit_key, job.run_at limit $1
        ) as bounded
        union all
        select count(*), min(bounded.run_at)
        from (
            select job.run_at from mainstay.job_ready as job
            where job.queue = named.name and job.limit_key is not null and job.priority = lane.priority
                and job.run_at <= statement_timestamp()
            order by job.run_at limit $1
        ) as bounded
    ) as part
) as due
cross join lateral (
    select
        count(*) filter (where part.attempts = 0) as scheduled, count(*) filter (where part.attempts > 0) as retrying
    from unnest($3::smallint[]) as lane (priority)
    cross join lateral (
        select bounded.attempts
        from (
            select job.attempts from mainstay.job_ready as job
            where job.queue = named.name and job.limit_key is null and job.priority = lane.priority
                and job.run_at > statement_timestamp()
            order by job.limit_key, job.run_at limit $1
        ) as bounded
        union all
        select bounded.attempts
        from (
            select job.attempts from mainstay.job_ready as job
            where job.queue = named.name and job.limit_key is not null and job.priority = lane.priority
                and job.run_at > statement_timestamp()
            order by job.run_at limit $1
        ) as bounded
    ) as part
) as later
left join mainstay.job_queue as said on said.name = named.name
order by named.name
limit $2
