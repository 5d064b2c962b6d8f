-- Now, and whether the declarations are those of a process that lives and is newer than this one.
select
    /* jobs.cron_newest platform */ statement_timestamp() as now,
    exists (
        select from mainstay.job_cron as known
        where known.declared_by > $1
            and exists (select from mainstay.job_worker where coalesce(process, id) = known.declared_by)
    ) as has_newer
