-- no-transaction
-- All that a worker has ever had stands in it, until the server has cleared it away: who asked for a worker's few attempts along it came past all of those. They are found by their runs; who asks for all attempts of a worker, as at the beginning and the end of its life, reads the table.
drop index concurrently if exists job_running_worker_idx;
