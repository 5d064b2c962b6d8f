), attempt as (
    insert into mainstay.job_attempt (id, run, attempt, started_at, cause, detail)
    select id, run, attempts, started_at, cause, detail from gone where cause is not null
), again as (
    insert into mainstay.job_ready (
        id, nth, queue, priority, run_at, kind, attempts, crashes, attempts_most, timeout_ms, held_key, ordering_key, limit_key
    )
    select
        id, nth, queue, priority, again_at, kind, counted, crashes, attempts_most, timeout_ms, held_key, ordering_key, limit_key
    from gone where verdict = 'again'
), outcome as (
    insert into mainstay.job_outcome (id, state, attempts, crashes, worker, started_at, error, queue, kind, owner)
    select
        gone.id, gone.verdict, gone.attempts, gone.crashes, gone.worker, gone.started_at, gone.detail, gone.queue, gone.kind,
        job.owner
    from gone left join mainstay.job on job.id = gone.id where gone.verdict <> 'again'
), dead as (
    insert into mainstay.job_dead (
        id, queue, kind, priority, payload, owner, attempts, crashes, attempts_most, timeout_ms, held_key, held_ms, ordering_key,
        limit_key, seen, trace, reason, error, created_at
    )
    select
        job.id, job.queue, job.kind, job.priority, job.payload, job.owner, gone.attempts, gone.crashes, job.attempts_most,
        job.timeout_ms, job.held_key, job.held_ms, job.ordering_key, job.limit_key, job.seen, job.trace, gone.reason, gone.detail,
        job.created_at
    from gone inner join mainstay.job on job.id = gone.id where gone.verdict = 'failed'
), free as (
    delete from mainstay.job_unique as held using gone
    where gone.verdict <> 'again' and held.key = any(array[gone.held_key]) and held.id = gone.id and held.until is null
), forgotten as (
    delete from mainstay.job_checkpoint as kept using gone where gone.verdict <> 'again' and kept.id = any(array[gone.id])
)
select run, worker from gone
