-- What has ended since the last time, in the order of its ends.
select /* jobs.ended */
    id, queue, kind, priority, payload, owner, attempts_most, trace, created_at, state, attempts, crashes, run_at, worker,
    is_cancelling, started_at, finished_at, progress, progress_message, result, error
from mainstay.job_shown where finished_at >= $1 order by finished_at limit $2
