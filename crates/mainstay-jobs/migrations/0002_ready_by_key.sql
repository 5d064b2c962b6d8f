-- no-transaction
-- Of a queue that limits the jobs of one key, those of a full key are not stepped over one by one: a claim goes from key to key.
-- Jobs without a key come last in this order, and are taken by their time.
create index concurrently if not exists job_ready_key_idx on job_ready (queue, limit_key, priority, run_at);
