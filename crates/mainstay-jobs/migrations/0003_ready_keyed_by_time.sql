-- no-transaction
-- Jobs with limit keys by their time, for queues that do not limit them.
create index concurrently if not exists job_ready_keyed_idx on job_ready (queue, priority, run_at) where limit_key is not null;
