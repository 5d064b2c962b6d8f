-- Ended jobs wait again, under their ids and with all their attempts; what is known of the former ones stays. Who had a key
-- takes it again, or does not begin. Jobs of days that may be over soon are left alone ($2).
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
    insert into mainstay.job_unique (key, id) select held_key, id from known where needs_key order by held_key
    on conflict (key) do nothing
    returning id
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
select id, id as again, queue from fresh
