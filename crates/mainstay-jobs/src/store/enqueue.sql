-- Of jobs with a key those are written that win it: who asks for a key that another transaction has taken waits for its end, so
-- that a winner that is rolled back costs no job. A key is given twice in no list.
with /* jobs.enqueue */ given as materialized (
    select
        id, queue, kind, priority, payload, run_at, delay_ms, attempts_most, timeout_ms, held_key, held_ms, ordering_key, limit_key,
        owner, seen, trace
    from unnest(
        $1::uuid[], $2::text[], $3::text[], $4::smallint[], $5::jsonb[], $6::timestamptz[], $7::bigint[], $8::smallint[],
        $9::bigint[], $10::bytea[], $11::bigint[], $12::text[], $13::text[], $14::uuid[], $15::text[], $16::text[]
    ) as given (
        id, queue, kind, priority, payload, run_at, delay_ms, attempts_most,
        timeout_ms, held_key, held_ms, ordering_key, limit_key, owner, seen, trace
    )
), won as (
    insert into mainstay.job_unique (key, id, until)
    select held_key, id, clock_timestamp() + held_ms * interval '1 millisecond'
    from given where held_key is not null order by held_key
    on conflict (key) do nothing
    returning id
), fresh as materialized (
    select
        id, queue, kind, priority, payload, run_at, delay_ms, attempts_most, timeout_ms, held_key, held_ms, ordering_key, limit_key,
        owner, seen, trace
    from given where held_key is null or id in (select id from won)
), written as (
    insert into mainstay.job (
        id, queue, kind, priority, payload, owner, attempts_most, timeout_ms, held_key, held_ms, ordering_key, limit_key, seen,
        trace
    )
    select
        id, queue, kind, priority, payload, owner, attempts_most, timeout_ms, held_key, held_ms, ordering_key, limit_key, seen,
        trace
    from fresh
), waiting as (
    insert into mainstay.job_ready (
        id, queue, priority, run_at, kind, attempts_most, timeout_ms, held_key, ordering_key, limit_key
    )
    select
        id, queue, priority, coalesce(run_at, clock_timestamp()) + delay_ms * interval '1 millisecond', kind, attempts_most,
        timeout_ms, held_key, ordering_key, limit_key
    from fresh
)
select id from fresh
