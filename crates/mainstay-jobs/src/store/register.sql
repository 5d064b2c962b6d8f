insert /* jobs.register */ into mainstay.job_worker (host, pid, queues, kinds, slots, ttl_ms, process)
values ($1, $2, $3, $4, $5, $6, $7)
returning id
