select /* jobs.workers */
    worker.id, worker.host, worker.pid, worker.started_at, worker.last_seen, worker.is_draining, worker.queues, worker.kinds,
    worker.slots, coalesce(busy.running, 0) as running
from mainstay.job_worker as worker
left join (select job.worker as id, count(*) as running from mainstay.job_running as job group by job.worker) as busy using (id)
order by worker.id limit $1
