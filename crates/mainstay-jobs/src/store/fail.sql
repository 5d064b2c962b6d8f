-- Ends attempts that did not succeed: again later, or for good. A run that is not told back is somebody else's by now.
with /* jobs.fail */ given as (
    select run, verdict, cause, detail, pause_ms
    from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[])
        as given (run, verdict, cause, detail, pause_ms)
), gone as materialized (
    delete from mainstay.job_running as job using given
    where job.run = given.run and job.worker = $1
    returning
        job.run, job.id, job.nth, job.worker, job.queue, job.priority, job.kind, job.attempts, job.crashes, job.attempts_most,
        job.timeout_ms, job.held_key, job.ordering_key, job.limit_key, job.started_at,
        given.cause, given.detail, given.pause_ms,
        -- Somebody wants it to stop: it does not begin again.
        case
            when job.cancel_requested and given.verdict in ('retry', 'snooze', 'release', 'failed') then 'cancelled'
            else given.verdict
        end as verdict
), attempt as (
    insert into mainstay.job_attempt (id, run, attempt, started_at, cause, detail)
    select id, run, attempts, started_at, cause, detail from gone where cause is not null
), again as (
    insert into mainstay.job_ready (
        id, nth, queue, priority, run_at, kind, attempts, crashes, attempts_most, timeout_ms, held_key, ordering_key, limit_key
    )
    select
        id, nth, queue, priority, clock_timestamp() + pause_ms * interval '1 millisecond', kind,
        case verdict when 'retry' then attempts else attempts - 1 end, crashes, attempts_most, timeout_ms, held_key,
        ordering_key, limit_key
    from gone where verdict in ('retry', 'snooze', 'release')
), outcome as (
    insert into mainstay.job_outcome (id, state, attempts, crashes, worker, started_at, error, queue, kind, owner)
    select
        gone.id, gone.verdict, gone.attempts, gone.crashes, gone.worker, gone.started_at, gone.detail, gone.queue, gone.kind,
        job.owner
    from gone left join mainstay.job on job.id = gone.id
    where gone.verdict in ('failed', 'discarded', 'cancelled')
), dead as (
    insert into mainstay.job_dead (
        id, queue, kind, priority, payload, owner, attempts, crashes, attempts_most, timeout_ms, held_key, held_ms, ordering_key,
        limit_key, seen, trace, reason, error, created_at
    )
    select
        job.id, job.queue, job.kind, job.priority, job.payload, job.owner, gone.attempts, gone.crashes, job.attempts_most,
        job.timeout_ms, job.held_key, job.held_ms, job.ordering_key, job.limit_key, job.seen, job.trace, 'attempts', gone.detail,
        job.created_at
    from gone inner join mainstay.job on job.id = gone.id where gone.verdict = 'failed'
), free as (
    delete from mainstay.job_unique as held using gone
    where gone.verdict in ('failed', 'discarded', 'cancelled') and held.key = gone.held_key and held.id = gone.id
        and held.until is null
), forgotten as (
    delete from mainstay.job_checkpoint as kept using gone
    where gone.verdict in ('failed', 'discarded', 'cancelled') and kept.id = gone.id
)
select run from gone
