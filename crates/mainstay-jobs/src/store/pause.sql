insert /* jobs.pause */ into mainstay.job_queue as known (name, paused_at) values ($1, clock_timestamp())
on conflict (name) do update set paused_at = coalesce(known.paused_at, excluded.paused_at)
