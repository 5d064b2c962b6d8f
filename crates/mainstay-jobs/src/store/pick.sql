-- The jobs that may begin of a queue that allows only so many ($5) of one limit key, while this holds the queue's row: those
-- that are due first, but for full keys, and those without a key. Where the first ones ($7 of each lane) may all be of full
-- keys, the keys are gone through one by one from the last time on ($6), so many of them ($8): a full key costs one step,
-- however many wait behind it.
with recursive /* jobs.pick */ busy as materialized (
    select limit_key, count(*) as running from mainstay.job_running
    where queue = $1 and limit_key is not null
    group by limit_key
), lane as materialized (
    select priority, nth from unnest($2::smallint[]) with ordinality as lane (priority, nth)
), near as materialized (
    select lane.nth as lane, found.id, found.nth, found.kind, found.ordering_key, found.limit_key, found.run_at
    from lane
    cross join lateral (
        select job.id, job.nth, job.kind, job.ordering_key, job.limit_key, job.run_at
        from mainstay.job_ready as job
        where job.queue = $1 and job.limit_key is not null and job.priority = lane.priority
            and job.run_at <= statement_timestamp()
        order by job.run_at
        limit $7
    ) as found
), key (name, nth) as (
    select (
        select min(job.limit_key) from mainstay.job_ready as job
        where job.queue = $1 and ($6::text is null or job.limit_key > $6)
    ), 1
    where exists (select from near group by lane having count(*) >= $7)
    union all
    select (
        select min(job.limit_key) from mainstay.job_ready as job where job.queue = $1 and job.limit_key > key.name
    ), key.nth + 1
    from key where key.name is not null and key.nth < $8::bigint
), far as materialized (
    select lane.nth as lane, found.id, key.name as limit_key, found.run_at
    from key
    left join busy on busy.limit_key = key.name
    cross join lane
    cross join lateral (
        select job.id, job.run_at
        from mainstay.job_ready as job
        where job.queue = $1 and job.limit_key = key.name and job.priority = lane.priority
            and job.run_at <= statement_timestamp() and job.kind = any($3::text[])
            and (
                job.ordering_key is null
                or not exists (
                    select from mainstay.job_running as other
                    where other.queue = job.queue and other.ordering_key = job.ordering_key
                ) and not exists (
                    select from mainstay.job_ready as other
                    where other.queue = job.queue and other.ordering_key = job.ordering_key and other.nth < job.nth
                )
            )
        order by job.run_at
        limit least($5::bigint, $4::bigint)
    ) as found
    where key.name is not null and coalesce(busy.running, 0) < $5
), plain as materialized (
    select lane.nth as lane, found.id, found.run_at
    from lane
    cross join lateral (
        select job.id, job.run_at
        from mainstay.job_ready as job
        where job.queue = $1 and job.limit_key is null and job.priority = lane.priority
            and job.run_at <= statement_timestamp() and job.kind = any($3)
            and (
                job.ordering_key is null
                or not exists (
                    select from mainstay.job_running as other
                    where other.queue = job.queue and other.ordering_key = job.ordering_key
                ) and not exists (
                    select from mainstay.job_ready as other
                    where other.queue = job.queue and other.ordering_key = job.ordering_key and other.nth < job.nth
                )
            )
        -- None of them has a key: named first, the index is known to be in this order.
        order by job.limit_key, job.run_at
        limit $4
    ) as found
), keyed as materialized (
    select near.lane, near.id, near.limit_key, near.run_at
    from near
    where near.kind = any($3)
        and (
            near.ordering_key is null
            or not exists (
                select from mainstay.job_running as other
                where other.queue = $1 and other.ordering_key = near.ordering_key
            ) and not exists (
                select from mainstay.job_ready as other
                where other.queue = $1 and other.ordering_key = near.ordering_key and other.nth < near.nth
            )
        )
    union
    select lane, id, limit_key, run_at from far
), ranked as (
    select
        keyed.lane, keyed.id, keyed.run_at,
        coalesce(busy.running, 0) + row_number() over (partition by keyed.limit_key order by keyed.lane, keyed.run_at) as nth
    from keyed left join busy on busy.limit_key = keyed.limit_key
), first as (
    select lane, id, run_at from ranked where nth <= $5
    union all
    select lane, id, run_at from plain
    order by lane, run_at
    limit $4
)
select
    (select array_agg(id) from first) as ids,
    -- Where the next goes on; nowhere when they were all gone through.
    (select max(name) from key having count(name) = $8) as last_key
