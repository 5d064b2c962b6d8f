-- With the last run that was given before: this life has none up to that.
insert /* jobs.register */ into mainstay.job_worker (host, pid, queues, kinds, slots, ttl_ms, process)
values ($1, $2, $3, $4, $5, $6, $7)
returning id, (select last_value - 1 from mainstay.job_running_run_seq) as before
