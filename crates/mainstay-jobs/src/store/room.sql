select /* jobs.room */
    queue.running_most, queue.running_most_of_key, queue.rate_per_s, queue.rate_burst, queue.tokens,
    extract(epoch from clock_timestamp() - queue.tokens_at)::double precision as age_s,
    (select count(*) from mainstay.job_running where job_running.queue = queue.name) as running
from mainstay.job_queue as queue where queue.name = $1
