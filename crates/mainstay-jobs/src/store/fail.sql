-- Ends attempts that did not succeed: again later, or for good. A run that is not told back, with its job, is somebody else's by
-- now. What follows from `gone` stands in `ends.sql`.
with /* jobs.fail */ given as (
    select run, id, verdict, cause, detail, pause_ms
    from unnest($2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[])
        as given (run, id, verdict, cause, detail, pause_ms)
), gone as materialized (
    delete from mainstay.job_running as job using given
    where job.run = any(array[given.run]) and job.id = any(array[given.id]) and job.worker = $1
    returning
        job.run, job.id, job.nth, job.worker, job.queue, job.priority, job.kind, job.attempts, job.crashes, job.attempts_most,
        job.timeout_ms, job.held_key, job.ordering_key, job.limit_key, job.started_at, given.cause, given.detail,
        case
            -- Somebody wants it to stop: it does not begin again.
            when job.cancel_requested and given.verdict in ('retry', 'snooze', 'release', 'failed') then 'cancelled'
            when given.verdict in ('retry', 'snooze', 'release') then 'again'
            else given.verdict
        end as verdict,
        'attempts' as reason,
        -- What is given back, or only later, was no attempt.
        case given.verdict when 'retry' then job.attempts else job.attempts - 1 end as counted,
        clock_timestamp() + given.pause_ms * interval '1 millisecond' as again_at
