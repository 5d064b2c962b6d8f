-- Whether something runs, or could begin within a moment, of these kinds: a pause of a millisecond is none.
select /* jobs.due */
    exists (select from mainstay.job_running where kind = any($1::text[]))
    or exists (
        select from mainstay.job_ready as job
        where job.kind = any($1) and job.run_at <= clock_timestamp() + interval '20 milliseconds'
            and not exists (select from mainstay.job_queue where name = job.queue and paused_at is not null)
            and not exists (select from mainstay.job_ahead(job.queue, job.ordering_key, job.nth))
    ) as is_due
