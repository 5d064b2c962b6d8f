insert /* jobs.register */ into mainstay.job_worker (host, pid, queues, kinds, slots) values ($1, $2, $3, $4, $5) returning id
