-- no-transaction
-- All that a worker has ever had stands in it, until the server has cleared it away: who asked for a worker's few attempts along it came past all of those. They are found by their runs.
drop index concurrently if exists job_running_worker_idx;
