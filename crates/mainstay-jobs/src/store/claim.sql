-- Takes the jobs that are due, lane by lane. What somebody else is taking is passed over. Of jobs with one ordering key the
-- first goes, when none of them runs.
with /* jobs.claim */ due as materialized (
    select found.place
    from unnest($2::smallint[], $3::timestamptz[]) with ordinality as lane (priority, mark, nth)
    cross join lateral (
        select job.ctid as place
        from mainstay.job_ready as job
        where job.queue = $1 and job.priority = lane.priority
            and job.run_at >= coalesce(lane.mark, '-infinity') and job.run_at <= statement_timestamp()
            and job.kind = any($4::text[])
            and (
                job.ordering_key is null
                or not exists (
                    select from mainstay.job_running as other
                    where other.queue = job.queue and other.ordering_key = job.ordering_key
                ) and not exists (
                    select from mainstay.job_ready as other
                    where other.queue = job.queue and other.ordering_key = job.ordering_key and other.nth < job.nth
                )
            )
        order by job.run_at
        limit $5
        for update skip locked
    ) as found
    where not exists (select from mainstay.job_queue where name = $1 and paused_at is not null)
    order by lane.nth
    limit $5
), taken as (
    delete from mainstay.job_ready as job using due where job.ctid = due.place
    returning
        job.id, job.nth, job.queue, job.priority, job.run_at, job.kind, job.attempts, job.crashes, job.attempts_most,
        job.timeout_ms, job.held_key, job.ordering_key, job.limit_key
), begun as (
    insert into mainstay.job_running (
        id, nth, worker, queue, priority, kind, attempts, crashes, attempts_most, timeout_ms, held_key, ordering_key, limit_key,
        deadline
    )
    select
        id, nth, $6, queue, priority, kind, attempts + 1, crashes, attempts_most, timeout_ms, held_key, ordering_key, limit_key,
        clock_timestamp() + timeout_ms * interval '1 millisecond'
    from taken
    returning run, id, attempts
)
select
    begun.run, begun.id, taken.kind, taken.priority, taken.run_at, begun.attempts, taken.crashes, taken.attempts_most,
    taken.timeout_ms, taken.ordering_key, job.payload, job.owner, job.seen, job.trace, job.created_at
from begun
inner join taken on taken.id = begun.id
inner join mainstay.job on job.id = begun.id
