-- What waits and runs, queue by queue, with what an operator has set.
with /* jobs.queues */ waiting as materialized (
    select
        queue,
        count(*) filter (where run_at <= statement_timestamp()) as queued,
        count(*) filter (where run_at > statement_timestamp() and attempts = 0) as scheduled,
        count(*) filter (where run_at > statement_timestamp() and attempts > 0) as retrying,
        extract(epoch from statement_timestamp() - min(run_at) filter (where run_at <= statement_timestamp()))
            ::double precision as oldest_s
    from mainstay.job_ready group by queue
), running as materialized (
    select queue, count(*) as running from mainstay.job_running group by queue
), named as materialized (
    select queue as name from waiting union select queue from running union select name from mainstay.job_queue
)
select
    named.name, coalesce(waiting.queued, 0) as queued, coalesce(waiting.scheduled, 0) as scheduled,
    coalesce(waiting.retrying, 0) as retrying, coalesce(running.running, 0) as running, waiting.oldest_s,
    said.paused_at, said.running_most, said.running_most_of_key, said.rate_per_s, said.rate_burst
from named
left join waiting on waiting.queue = named.name
left join running on running.queue = named.name
left join mainstay.job_queue as said on said.name = named.name
order by named.name limit $1
