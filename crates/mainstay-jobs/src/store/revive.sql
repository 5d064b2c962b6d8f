-- Dead letters of days that may be over ($3) begin a new life, under new ids ($2). Who had a key takes it again, or stays dead
-- and is told whose it is.
with /* jobs.revive */ given as (
    select id, again from unnest($1::uuid[], $2::uuid[]) as given (id, again)
), known as materialized (
    select
        dead.id, given.again, dead.queue, dead.kind, dead.priority, dead.payload, dead.owner, dead.attempts_most,
        dead.timeout_ms, dead.held_key, dead.held_ms, dead.ordering_key, dead.limit_key, dead.seen, dead.trace,
        dead.held_key is not null and dead.held_ms is null as needs_key
    from given inner join mainstay.job_dead as dead on dead.id = given.id
    where dead.id < $3
    order by dead.id
    -- Of two who ask, one goes on.
    for update of dead
), won as (
    insert into mainstay.job_unique as held (key, id)
    select distinct on (held_key) held_key, again from known where needs_key order by held_key, id
    -- A time that is over holds nothing.
    on conflict (key) do update set id = excluded.id, until = null where held.until <= clock_timestamp()
    returning held.id
), fresh as materialized (
    select
        id, again, queue, kind, priority, payload, owner, attempts_most, timeout_ms, held_key, held_ms, ordering_key, limit_key,
        seen, trace
    from known where not needs_key or again in (select id from won)
), dead as (
    delete from mainstay.job_dead as dead using fresh where dead.id = fresh.id
), written as (
    insert into mainstay.job (
        id, queue, kind, priority, payload, owner, attempts_most, timeout_ms, held_key, held_ms, ordering_key, limit_key, seen,
        trace
    )
    select
        again, queue, kind, priority, payload, owner, attempts_most, timeout_ms, held_key, held_ms, ordering_key, limit_key,
        seen, trace
    from fresh
), waiting as (
    insert into mainstay.job_ready (
        id, queue, priority, run_at, kind, attempts_most, timeout_ms, held_key, ordering_key, limit_key
    )
    select
        again, queue, priority, clock_timestamp(), kind, attempts_most, timeout_ms, held_key, ordering_key, limit_key
    from fresh
)
select
    known.id, fresh.again, known.queue,
    case when fresh.id is null then (select held.id from mainstay.job_unique as held where held.key = known.held_key) end as holder
from known left join fresh on fresh.id = known.id
