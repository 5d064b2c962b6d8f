-- Looks at the next so many ($5) that are due of each lane, from a place on ($3, $4) and whatever they are, and at no more: which
-- of them may begin, so many ($7), and where each look has ended, if before the end of its lane. Of one limit key no more than
-- may ($8), where there is such a limit.
with /* jobs.step */ lane as materialized (
    select priority, coalesce(run_at, '-infinity') as run_at, coalesce(place, '(0,0)')::tid as place, nth
    from unnest($2::smallint[], $3::timestamptz[], $4::text[]) with ordinality as lane (priority, run_at, place, nth)
), looked as materialized (
    select
        lane.nth as lane, lane.priority, found.place, found.id, found.nth, found.run_at, found.kind, found.ordering_key,
        found.limit_key, row_number() over (partition by lane.nth order by found.run_at, found.place) as place_nth
    from lane
    cross join lateral (
        select plain.place, plain.id, plain.nth, plain.run_at, plain.kind, plain.ordering_key, plain.limit_key
        from (
            select job.ctid as place, job.id, job.nth, job.run_at, job.kind, job.ordering_key, job.limit_key
            from mainstay.job_ready as job
            where job.queue = $1 and job.limit_key is null and job.priority = lane.priority
                and job.run_at >= lane.run_at and job.run_at <= statement_timestamp()
                and (job.run_at > lane.run_at or job.ctid > lane.place)
            -- None of them has a key: named first, the index is known to be in this order. Of one instant there may be many.
            order by job.limit_key, job.run_at, job.ctid
            limit $5::bigint
        ) as plain
        union all
        select keyed.place, keyed.id, keyed.nth, keyed.run_at, keyed.kind, keyed.ordering_key, keyed.limit_key
        from (
            select job.ctid as place, job.id, job.nth, job.run_at, job.kind, job.ordering_key, job.limit_key
            from mainstay.job_ready as job
            where job.queue = $1 and job.limit_key is not null and job.priority = lane.priority
                and job.run_at >= lane.run_at and job.run_at <= statement_timestamp()
                and (job.run_at > lane.run_at or job.ctid > lane.place)
            order by job.run_at, job.ctid
            limit $5
        ) as keyed
        order by run_at, place
        limit $5
    ) as found
), ranked as (
    select
        looked.lane, looked.id, looked.run_at, looked.place,
        looked.limit_key is null or $8::bigint is null or $8 >= (
            select count(*) from (
                select from mainstay.job_running as other where other.queue = $1 and other.limit_key = looked.limit_key limit $8
            ) as one
        ) + row_number() over (
            partition by looked.limit_key order by looked.lane, looked.run_at, looked.place
        ) as has_room
    from looked
    where looked.kind = any($6::text[])
        and (looked.ordering_key is null or not exists (select from mainstay.job_ahead($1, looked.ordering_key, looked.nth)))
), first as (
    select id from ranked where has_room order by lane, run_at, place limit $7
), ended as (
    select lane, priority, run_at, place from looked where place_nth = $5
)
select
    coalesce((select array_agg(id) from first), '{}') as ids,
    coalesce((select array_agg(priority order by lane) from ended), '{}') as priorities,
    coalesce((select array_agg(run_at order by lane) from ended), '{}') as run_ats,
    coalesce((select array_agg(place::text order by lane) from ended), '{}') as places
