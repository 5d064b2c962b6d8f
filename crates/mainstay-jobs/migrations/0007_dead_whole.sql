-- A dead letter keeps what it was asked for with, so that its replay is the same job: whose key it had and for how long, and
-- the trace that it belongs to.
alter table job_dead add column held_key bytea, add column held_ms bigint, add column trace text;

update job_dead as dead set held_key = job.held_key, held_ms = job.held_ms, trace = job.trace
from job where job.id = dead.id;

-- How many there are of a queue.
create index job_dead_queue_idx on job_dead (queue);
