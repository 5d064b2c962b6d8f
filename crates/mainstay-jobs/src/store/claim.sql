-- tidy: limit, one of each id that was picked
-- Takes the jobs that are due, lane by lane, or those that were picked ($8). What somebody else is taking is passed over. Of
-- jobs with one ordering key the first goes, when none of them runs. Of a queue with limits something is taken only by who
-- holds its row ($7). A row comes back in any case.
with /* jobs.claim platform */ said as materialized (
    select
        paused_at is not null as is_paused,
        running_most is not null or running_most_of_key is not null or rate_per_s is not null as is_limited
    from mainstay.job_queue where name = $1
), due as materialized (
    select found.place
    from unnest($2::smallint[], $3::timestamptz[]) with ordinality as lane (priority, mark, nth)
    cross join lateral (
        select plain.place, plain.run_at
        from (
            select job.ctid as place, job.run_at
            from mainstay.job_ready as job
            where job.queue = $1 and job.limit_key is null and job.priority = lane.priority
                and job.run_at >= coalesce(lane.mark, '-infinity') and job.run_at <= statement_timestamp()
                and job.kind = any($4::text[])
                and (job.ordering_key is null or not exists (select from mainstay.job_ahead(job.queue, job.ordering_key, job.nth)))
            -- None of them has a key: named first, the index is known to be in this order.
            order by job.limit_key, job.run_at
            limit $5
            for update skip locked
        ) as plain
        union all
        select keyed.place, keyed.run_at
        from (
            select job.ctid as place, job.run_at
            from mainstay.job_ready as job
            where job.queue = $1 and job.limit_key is not null and job.priority = lane.priority
                and job.run_at >= coalesce(lane.mark, '-infinity') and job.run_at <= statement_timestamp()
                and job.kind = any($4)
                and (job.ordering_key is null or not exists (select from mainstay.job_ahead(job.queue, job.ordering_key, job.nth)))
            order by job.run_at
            limit $5
            for update skip locked
        ) as keyed
        order by run_at
        limit $5
    ) as found
    where $8::uuid[] is null and not exists (select from said where is_paused or is_limited and not $7)
    order by lane.nth
    limit $5
), picked as materialized (
    select job.place
    from unnest($8) with ordinality as pick (id, nth)
    -- By its id alone, whatever the server believes of what waits.
    cross join lateral (
        select ready.ctid as place, ready.queue, ready.run_at, ready.ordering_key, ready.nth
        from mainstay.job_ready as ready where ready.id = pick.id
        limit 1 for update skip locked
    ) as job
    where job.run_at <= statement_timestamp()
        and (job.ordering_key is null or not exists (select from mainstay.job_ahead(job.queue, job.ordering_key, job.nth)))
        and not exists (select from said where is_paused or is_limited and not $7)
    order by pick.nth
    limit $5
), taken as (
    delete from mainstay.job_ready as job using (select place from due union all select place from picked) as mine
    where job.ctid = mine.place
    returning
        job.id, job.nth, job.queue, job.priority, job.run_at, job.kind, job.attempts, job.crashes, job.attempts_most,
        job.timeout_ms, job.held_key, job.ordering_key, job.limit_key
), begun as (
    insert into mainstay.job_running (
        id, nth, worker, queue, priority, kind, attempts, crashes, attempts_most, timeout_ms, held_key, ordering_key, limit_key,
        deadline
    )
    select
        id, nth, $6, queue, priority, kind, attempts + 1, crashes, attempts_most, timeout_ms, held_key, ordering_key, limit_key,
        clock_timestamp() + timeout_ms * interval '1 millisecond'
    from taken
    returning run, id, kind, priority, attempts, crashes, attempts_most, timeout_ms, ordering_key
), newest as materialized (
    select priority, max(run_at) as run_at from taken group by priority
)
select
    exists (select from said where is_limited) as is_limited, statement_timestamp() as looked_at,
    begun.run, begun.id, begun.kind, begun.priority, newest.run_at, begun.attempts, begun.crashes, begun.attempts_most,
    begun.timeout_ms, begun.ordering_key, job.payload, job.owner, job.seen, job.trace, job.created_at
from (values (true)) as answer (is_one)
left join (
    begun
    inner join newest on newest.priority = begun.priority
    inner join mainstay.job on job.id = begun.id
) on true
