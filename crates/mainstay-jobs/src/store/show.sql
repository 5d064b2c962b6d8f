select /* jobs.show */
    id, queue, kind, priority, payload, owner, attempts_most, trace, created_at, state, attempts, crashes, run_at, worker,
    is_cancelling, started_at, finished_at, progress, progress_message, result, error
from mainstay.job_shown where id = $1
