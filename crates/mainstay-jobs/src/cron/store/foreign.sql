-- Whether there are declarations that are neither this process's nor those of a newer one that lives, but for those that the
-- database has refused to this process.
select
    /* jobs.cron_foreign */ exists (
        select from mainstay.job_cron as known
        where known.declared_by <> $1 and known.name <> all($2::text[]) and (
            known.declared_by < $1
            or not exists (select from mainstay.job_worker where coalesce(process, id) = known.declared_by)
        )
    ) as is_foreign
