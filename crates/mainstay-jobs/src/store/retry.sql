-- Ended jobs wait again, under their ids and with all their attempts; what is known of the former ones stays. Who had a key
-- takes it again, or does not begin, and is told whose it is. Jobs of days that may be over soon are left alone ($2).
with /* jobs.retry */ ended as materialized (
    select id from mainstay.job_outcome
    where id = any($1::uuid[]) and id >= $2 and state <> 'succeeded'
    order by id
    -- Of two who ask, one goes on.
    for update
), known as materialized (
    select
        job.id, job.queue, job.kind, job.priority, job.attempts_most, job.timeout_ms, job.held_key, job.ordering_key,
        job.limit_key, job.held_key is not null and job.held_ms is null as needs_key
    from ended inner join mainstay.job on job.id = ended.id
), won as (
    insert into mainstay.job_unique as held (key, id)
    select distinct on (held_key) held_key, id from known where needs_key order by held_key, id
    -- A time that is over holds nothing.
    on conflict (key) do update set id = excluded.id, until = null where held.until <= clock_timestamp()
    returning held.id
), fresh as materialized (
    select id, queue, kind, priority, attempts_most, timeout_ms, held_key, ordering_key, limit_key
    from known where not needs_key or id in (select id from won)
), outcome as (
    delete from mainstay.job_outcome as outcome using fresh where outcome.id = fresh.id
), dead as (
    delete from mainstay.job_dead as dead using fresh where dead.id = fresh.id
), waiting as (
    insert into mainstay.job_ready (
        id, queue, priority, run_at, kind, attempts_most, timeout_ms, held_key, ordering_key, limit_key
    )
    select
        id, queue, priority, clock_timestamp(), kind, attempts_most, timeout_ms, held_key, ordering_key, limit_key
    from fresh
)
select
    known.id, fresh.id as again, known.queue,
    case when fresh.id is null then (select held.id from mainstay.job_unique as held where held.key = known.held_key) end as holder
from known left join fresh on fresh.id = known.id
