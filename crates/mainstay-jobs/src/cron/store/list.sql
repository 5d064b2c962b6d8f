select
    /* jobs.cron_list */ name, spec, zone, queue, kind, misfire, catch_up_most, paused_at, next_at, last_at
from mainstay.job_cron
where retired_at is null and name > $1
order by name
limit $2
