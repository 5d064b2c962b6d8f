select /* jobs.waiting_queues */ distinct queue from mainstay.job_ready limit $1
