-- What workers had that nobody hears of any more begins again, or, after too many such ends, goes to the dead letters. The
-- guard is the leader's token: who is no leader any more rescues nothing. What follows from `gone` stands in `ends.sql`.
with /* jobs.rescue platform */ led as materialized (
    select from mainstay.lease where name = $1 and token = $2 and expires_at > clock_timestamp() for share
), silent as (
    delete from mainstay.job_worker
    where last_seen < clock_timestamp() - ttl_ms * interval '1 millisecond' and exists (select from led)
    returning id
), lost as materialized (
    select job.run, place.is_lost
    from mainstay.job_running as job
    cross join lateral (
        values (
            job.worker in (select id from silent) or not exists (select from mainstay.job_worker where id = job.worker)
        )
    ) as place (is_lost)
    where exists (select from led)
        and (place.is_lost or job.deadline < clock_timestamp() - $4::bigint * interval '1 millisecond')
    order by job.run
    -- What a transaction is about to end, it ends; else the next round finds it.
    limit $5 for update of job skip locked
), gone as materialized (
    delete from mainstay.job_running as job using lost where job.run = any(array[lost.run])
    returning
        job.run, job.id, job.nth, job.worker, job.queue, job.priority, job.kind, job.attempts, job.crashes + 1 as crashes,
        job.attempts_most, job.timeout_ms, job.held_key, job.ordering_key, job.limit_key, job.started_at, 'crash' as cause,
        case
            when lost.is_lost then 'its process was not heard of any more'
            else 'it did not end at its deadline: it blocked its process, which goes on'
        end as detail,
        case
            when job.cancel_requested then 'cancelled'
            when job.crashes + 1 >= $3::smallint or job.attempts >= job.attempts_most then 'failed'
            else 'again'
        end as verdict,
        case when job.crashes + 1 >= $3 then 'poison' else 'attempts' end as reason,
        job.attempts as counted,
        clock_timestamp()
            + (job.crashes + 1) * (job.crashes + 1) * (0.5 + random()) * $6::bigint * interval '1 millisecond' as again_at
