-- no-transaction
-- What it was for begins with the same columns in the order that is total, which costs eight bytes more for each that waits.
drop index concurrently if exists job_ready_key_idx;
