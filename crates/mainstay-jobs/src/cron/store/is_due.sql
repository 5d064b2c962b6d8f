select
    /* jobs.cron_is_due platform */ exists (
        select from mainstay.job_cron
        where next_at <= statement_timestamp() and paused_at is null and retired_at is null
            and name || e'\n' || spec || e'\n' || zone <> all($1::text[])
    ) as is_due
