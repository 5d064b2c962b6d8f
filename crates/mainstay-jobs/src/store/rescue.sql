-- What workers had that nobody hears of any more begins again, or, after too many such ends, goes to the dead letters. The
-- guard is the leader's token: who is no leader any more rescues nothing.
with /* jobs.rescue */ led as materialized (
    select from mainstay.lease where name = $1 and token = $2 and expires_at > clock_timestamp() for share
), silent as (
    delete from mainstay.job_worker
    where last_seen < clock_timestamp() - ttl_ms * interval '1 millisecond' and exists (select from led)
    returning id
), lost as materialized (
    select job.run
    from mainstay.job_running as job
    where exists (select from led)
        and (
            job.worker in (select id from silent)
            or not exists (select from mainstay.job_worker where id = job.worker)
            or job.deadline < clock_timestamp() - $4::bigint * interval '1 millisecond'
        )
    order by job.run
    -- What a transaction is about to end, it ends; else the next round finds it.
    limit $5 for update skip locked
), gone as materialized (
    delete from mainstay.job_running as job using lost where job.run = lost.run
    returning
        job.run, job.id, job.nth, job.worker, job.queue, job.priority, job.kind, job.attempts, job.crashes, job.attempts_most,
        job.timeout_ms, job.held_key, job.ordering_key, job.limit_key, job.started_at,
        case
            when job.cancel_requested then 'cancelled'
            when job.crashes + 1 >= $3::smallint then 'poison'
            when job.attempts >= job.attempts_most then 'attempts'
            else 'again'
        end as verdict
), attempt as (
    insert into mainstay.job_attempt (id, run, attempt, started_at, cause, detail)
    select id, run, attempts, started_at, 'crash', 'its process was not heard of any more' from gone
), again as (
    insert into mainstay.job_ready (
        id, nth, queue, priority, run_at, kind, attempts, crashes, attempts_most, timeout_ms, held_key, ordering_key, limit_key
    )
    select
        id, nth, queue, priority, clock_timestamp() + (crashes + 1) * (crashes + 1) * interval '10 seconds', kind, attempts,
        crashes + 1, attempts_most, timeout_ms, held_key, ordering_key, limit_key
    from gone where verdict = 'again'
), outcome as (
    insert into mainstay.job_outcome (id, state, attempts, crashes, worker, started_at, error, queue, kind, owner)
    select
        gone.id, case gone.verdict when 'cancelled' then gone.verdict else 'failed' end, gone.attempts, gone.crashes + 1,
        gone.worker, gone.started_at, 'its process was not heard of any more', gone.queue, gone.kind, job.owner
    from gone left join mainstay.job on job.id = gone.id where gone.verdict <> 'again'
), dead as (
    insert into mainstay.job_dead (
        id, queue, kind, priority, payload, owner, attempts, crashes, attempts_most, timeout_ms, held_key, held_ms, ordering_key,
        limit_key, seen, trace, reason, error, created_at
    )
    select
        job.id, job.queue, job.kind, job.priority, job.payload, job.owner, gone.attempts, gone.crashes + 1, job.attempts_most,
        job.timeout_ms, job.held_key, job.held_ms, job.ordering_key, job.limit_key, job.seen, job.trace, gone.verdict,
        'its process was not heard of any more', job.created_at
    from gone inner join mainstay.job on job.id = gone.id
    where gone.verdict in ('poison', 'attempts')
), free as (
    delete from mainstay.job_unique as held using gone
    where gone.verdict <> 'again' and held.key = gone.held_key and held.id = gone.id and held.until is null
), forgotten as (
    delete from mainstay.job_checkpoint as kept using gone where gone.verdict <> 'again' and kept.id = gone.id
)
select (select count(*) from silent) as workers, (select count(*) from gone) as jobs
