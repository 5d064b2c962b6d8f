-- Dead letters of days that may be over begin a new life, under new ids ($2) and without a key.
with /* jobs.revive */ given as (
    select id, again from unnest($1::uuid[], $2::uuid[]) as given (id, again)
), dead as materialized (
    delete from mainstay.job_dead as dead using given where dead.id = given.id and dead.id < $3
    returning
        dead.id, given.again, dead.queue, dead.kind, dead.priority, dead.payload, dead.owner, dead.attempts_most,
        dead.timeout_ms, dead.ordering_key, dead.limit_key, dead.seen
), written as (
    insert into mainstay.job (
        id, queue, kind, priority, payload, owner, attempts_most, timeout_ms, ordering_key, limit_key, seen
    )
    select again, queue, kind, priority, payload, owner, attempts_most, timeout_ms, ordering_key, limit_key, seen from dead
), waiting as (
    insert into mainstay.job_ready (id, queue, priority, run_at, kind, attempts_most, timeout_ms, ordering_key, limit_key)
    select again, queue, priority, clock_timestamp(), kind, attempts_most, timeout_ms, ordering_key, limit_key from dead
)
select id, again, queue from dead
