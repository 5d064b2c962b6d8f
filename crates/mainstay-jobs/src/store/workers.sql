select /* jobs.workers */
    worker.id, worker.host, worker.pid, worker.started_at, worker.last_seen, worker.is_draining, worker.queues, worker.kinds,
    worker.slots, (select count(*) from mainstay.job_running where job_running.worker = worker.id) as running
from mainstay.job_worker as worker order by worker.id limit $1
