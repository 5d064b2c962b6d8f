-- no-transaction
-- Each job that waits stands in one of the two orders by time, with a limit key or without: in none for both any more, which
-- would be written for each of them and read for none.
drop index concurrently if exists job_ready_claim_idx;
