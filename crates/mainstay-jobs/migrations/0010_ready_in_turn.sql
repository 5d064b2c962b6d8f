-- no-transaction
-- Of one instant a million may wait, and who goes through them step by step goes on where the last step ended: the order is
-- total, by the time and then as they were asked for. Else each step would read all of the instant to find its next ones.
create index concurrently if not exists job_ready_turn_idx on job_ready (queue, limit_key, priority, run_at, nth);
