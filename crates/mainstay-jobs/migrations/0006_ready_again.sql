-- no-transaction
-- The few that wait for another attempt among the many that wait.
create index concurrently if not exists job_ready_again_idx on job_ready (id desc) where attempts > 0;
