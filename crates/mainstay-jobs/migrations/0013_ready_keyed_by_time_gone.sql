-- no-transaction
-- And so does this.
drop index concurrently if exists job_ready_keyed_idx;
