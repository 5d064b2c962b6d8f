-- Looks at the next so many ($5) that are due of each lane, from a place on ($3, $4) and whatever they are, and at no more: which
-- of them may begin, so many ($7), and where each look has ended, if before the end of its lane. Of one limit key no more than
-- may ($8), where there is such a limit. Of one instant there may be many: they come in the order in which they were asked for,
-- which is that of the index.
with /* jobs.step */ lane as materialized (
    select priority, coalesce(run_at, '-infinity') as run_at, coalesce(nth, 0) as nth, turn
    from unnest($2::smallint[], $3::timestamptz[], $4::bigint[]) with ordinality as lane (priority, run_at, nth, turn)
), looked as materialized (
    select
        lane.turn, lane.priority, found.id, found.nth, found.run_at, found.kind, found.ordering_key, found.limit_key,
        row_number() over (partition by lane.turn order by found.run_at, found.nth) as place
    from lane
    cross join lateral (
        select plain.id, plain.nth, plain.run_at, plain.kind, plain.ordering_key, plain.limit_key
        from (
            select job.id, job.nth, job.run_at, job.kind, job.ordering_key, job.limit_key
            from mainstay.job_ready as job
            where job.queue = $1 and job.limit_key is null and job.priority = lane.priority
                and (job.run_at, job.nth) > (lane.run_at, lane.nth) and job.run_at <= statement_timestamp()
            -- None of them has a key: named first, the index is known to be in this order.
            order by job.limit_key, job.run_at, job.nth
            limit $5::bigint
        ) as plain
        union all
        select keyed.id, keyed.nth, keyed.run_at, keyed.kind, keyed.ordering_key, keyed.limit_key
        from (
            select job.id, job.nth, job.run_at, job.kind, job.ordering_key, job.limit_key
            from mainstay.job_ready as job
            where job.queue = $1 and job.limit_key is not null and job.priority = lane.priority
                and (job.run_at, job.nth) > (lane.run_at, lane.nth) and job.run_at <= statement_timestamp()
            order by job.run_at, job.nth
            limit $5
        ) as keyed
        order by run_at, nth
        limit $5
    ) as found
), ranked as (
    select
        looked.turn, looked.id, looked.run_at, looked.nth,
        looked.limit_key is null or $8::bigint is null or $8 >= (
            select count(*) from (
                select from mainstay.job_running as other where other.queue = $1 and other.limit_key = looked.limit_key limit $8
            ) as one
        ) + row_number() over (
            partition by looked.limit_key order by looked.turn, looked.run_at, looked.nth
        ) as has_room
    from looked
    where looked.kind = any($6::text[])
        and (looked.ordering_key is null or not exists (select from mainstay.job_ahead($1, looked.ordering_key, looked.nth)))
), first as (
    select id from ranked where has_room order by turn, run_at, nth limit $7
), ended as (
    select turn, priority, run_at, nth from looked where place = $5
)
select
    coalesce((select array_agg(id) from first), '{}') as ids,
    coalesce((select array_agg(priority order by turn) from ended), '{}') as priorities,
    coalesce((select array_agg(run_at order by turn) from ended), '{}') as run_ats,
    coalesce((select array_agg(nth order by turn) from ended), '{}') as nths
