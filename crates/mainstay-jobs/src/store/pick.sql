-- The jobs that may begin of a queue that allows only so many ($5) of one limit key, while this holds the queue's row: those
-- that are due first from the marks on ($9), but for full keys. Where the first ones ($7 of each lane) may all be of full keys,
-- or there are others before the marks, the keys are gone through one by one from the last time on ($6), so many of them ($8): a
-- full key costs one step, however many wait behind it. Of each key only the first ones are looked at ($10): where none of them
-- may begin and there may be others, that is said; and so it is of the lanes.
with recursive /* jobs.pick */ lane as materialized (
    select priority, coalesce(mark, '-infinity') as mark, nth
    from unnest($2::smallint[], $9::timestamptz[]) with ordinality as lane (priority, mark, nth)
), near as materialized (
    select lane.nth as lane, found.id, found.nth, found.kind, found.ordering_key, found.limit_key, found.run_at
    from lane
    cross join lateral (
        select job.id, job.nth, job.kind, job.ordering_key, job.limit_key, job.run_at
        from mainstay.job_ready as job
        where job.queue = $1 and job.limit_key is not null and job.priority = lane.priority
            and job.run_at >= lane.mark and job.run_at <= statement_timestamp()
        order by job.run_at
        limit $7
    ) as found
), key (name, nth) as (
    select (
        select min(job.limit_key) from mainstay.job_ready as job
        where job.queue = $1 and ($6::text is null or job.limit_key > $6)
    ), 1
    where exists (select from near group by lane having count(*) >= $7) or exists (select from lane where mark > '-infinity')
    union all
    select (
        select min(job.limit_key) from mainstay.job_ready as job where job.queue = $1 and job.limit_key > key.name
    ), key.nth + 1
    from key where key.name is not null and key.nth < $8::bigint
), far as materialized (
    select lane.nth as lane, lane.priority, found.id, key.name as limit_key, found.run_at
    from key
    -- What runs of a key is asked for each by itself: of keys there may be many on both sides.
    cross join lateral (
        select count(*) as running from (
            select from mainstay.job_running as other where other.queue = $1 and other.limit_key = key.name limit $5
        ) as one
    ) as busy
    cross join lane
    left join lateral (
        select job.id, job.run_at
        from (
            select job.id, job.nth, job.queue, job.kind, job.ordering_key, job.run_at
            from mainstay.job_ready as job
            where job.queue = $1 and job.limit_key = key.name and job.priority = lane.priority
                and job.run_at <= statement_timestamp()
            order by job.run_at
            limit $10::bigint
        ) as job
        where job.kind = any($3::text[])
            and (job.ordering_key is null or not exists (select from mainstay.job_ahead(job.queue, job.ordering_key, job.nth)))
        order by job.run_at
        limit least($5::bigint, $4::bigint)
    ) as found on true
    where key.name is not null and busy.running < $5
), plain as materialized (
    select lane.nth as lane, lane.priority, lane.mark, found.id, found.run_at
    from lane
    left join lateral (
        select job.id, job.run_at
        from (
            select job.id, job.nth, job.queue, job.kind, job.ordering_key, job.limit_key, job.run_at
            from mainstay.job_ready as job
            where job.queue = $1 and job.limit_key is null and job.priority = lane.priority
                and job.run_at >= lane.mark and job.run_at <= statement_timestamp()
            -- None of them has a key: named first, the index is known to be in this order.
            order by job.limit_key, job.run_at
            limit $7::bigint
        ) as job
        where job.kind = any($3)
            and (job.ordering_key is null or not exists (select from mainstay.job_ahead(job.queue, job.ordering_key, job.nth)))
        order by job.limit_key, job.run_at
        limit $4
    ) as found on true
), keyed as materialized (
    select near.lane, near.id, near.limit_key, near.run_at
    from near
    where near.kind = any($3)
        and (near.ordering_key is null or not exists (select from mainstay.job_ahead($1, near.ordering_key, near.nth)))
    union
    select lane, id, limit_key, run_at from far where id is not null
), ranked as (
    select
        keyed.lane, keyed.id, keyed.run_at,
        busy.running + row_number() over (partition by keyed.limit_key order by keyed.lane, keyed.run_at) as nth
    from keyed
    cross join lateral (
        select count(*) as running from (
            select from mainstay.job_running as other where other.queue = $1 and other.limit_key = keyed.limit_key limit $5
        ) as one
    ) as busy
), first as (
    select lane, id, run_at from ranked where nth <= $5
    union all
    select lane, id, run_at from plain where id is not null
    order by lane, run_at
    limit $4
)
select
    (select array_agg(id) from first) as ids,
    -- Where the next goes on; nowhere when they were all gone through.
    (select max(name) from key having count(name) = $8) as last_key,
    exists (
        select from plain
        where plain.id is null and $7 <= (
            select count(*) from (
                select from mainstay.job_ready as job
                where job.queue = $1 and job.limit_key is null and job.priority = plain.priority
                    and job.run_at >= plain.mark and job.run_at <= statement_timestamp()
                limit $7
            ) as looked
        )
    ) or (select count(*) from first) < $4 and exists (
        select from near inner join lane on lane.nth = near.lane
        where lane.mark > '-infinity'
        group by lane.nth
        having count(*) >= $7
    ) as is_cut,
    exists (
        select from far
        where far.id is null and $10 <= (
            select count(*) from (
                select from mainstay.job_ready as job
                where job.queue = $1 and job.limit_key = far.limit_key and job.priority = far.priority
                    and job.run_at <= statement_timestamp()
                limit $10
            ) as looked
        )
    ) as is_key_cut
