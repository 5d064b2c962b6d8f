-- Whether there are declarations of a worker that nobody hears of any more.
select
    /* jobs.cron_orphaned */ exists (
        select from mainstay.job_cron as known
        where known.declared_by <> $1 and not exists (select from mainstay.job_worker where id = known.declared_by)
    ) as is_orphaned
