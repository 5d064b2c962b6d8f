-- Takes the jobs that are due, lane by lane. What somebody else is taking is passed over. Of jobs with one ordering key the
-- first goes, when none of them runs. Of a queue with limits something is taken only by who holds its row ($7), and of one
-- limit key no more than $8 run. A row comes back in any case.
with /* jobs.claim */ said as materialized (
    select
        paused_at is not null as is_paused,
        running_most is not null or running_most_of_key is not null or rate_per_s is not null as is_limited
    from mainstay.job_queue where name = $1
), busy as materialized (
    select limit_key, count(*) as running from mainstay.job_running
    where queue = $1 and limit_key is not null and $8::bigint is not null
    group by limit_key
), due as materialized (
    select found.place, found.limit_key, lane.nth as lane, found.run_at
    from unnest($2::smallint[], $3::timestamptz[]) with ordinality as lane (priority, mark, nth)
    cross join lateral (
        select job.ctid as place, job.limit_key, job.run_at
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
            and (
                $8 is null or job.limit_key is null
                or not exists (select from busy where busy.limit_key = job.limit_key and busy.running >= $8)
            )
        order by job.run_at
        limit $5
        for update skip locked
    ) as found
    where not exists (select from said where is_paused or is_limited and not $7)
    order by lane.nth
    limit $5
), allowed as materialized (
    select place from due where $8 is null or limit_key is null
    union all
    select ranked.place
    from (
        select place, limit_key, row_number() over (partition by limit_key order by lane, run_at) as nth
        from due where limit_key is not null and $8 is not null
    ) as ranked
    left join busy on busy.limit_key = ranked.limit_key
    where ranked.nth + coalesce(busy.running, 0) <= $8
), taken as (
    delete from mainstay.job_ready as job using allowed where job.ctid = allowed.place
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
    exists (select from said where is_limited) as is_limited, statement_timestamp() as looked_at,
    begun.run, begun.id, taken.kind, taken.priority, taken.run_at, begun.attempts, taken.crashes, taken.attempts_most,
    taken.timeout_ms, taken.ordering_key, job.payload, job.owner, job.seen, job.trace, job.created_at
from (values (true)) as answer (is_one)
left join (
    begun
    inner join taken on taken.id = begun.id
    inner join mainstay.job on job.id = begun.id
) on true
