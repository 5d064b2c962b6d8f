-- no-transaction
-- The same of jobs with limit keys, for queues that do not limit them.
create index concurrently if not exists job_ready_keyed_turn_idx on job_ready (queue, priority, run_at, nth) where limit_key is not null;
