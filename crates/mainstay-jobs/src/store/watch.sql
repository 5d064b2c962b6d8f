-- The jobs that somebody watches, and when this was so.
select /* jobs.watch */
    id, queue, kind, priority, null::jsonb as payload, owner, attempts_most, trace, created_at, state, attempts, crashes, run_at,
    worker, is_cancelling, started_at, finished_at, progress, progress_message, null::jsonb as result, error,
    statement_timestamp() as at
from mainstay.job_shown where id = any($1::uuid[]) limit $2
