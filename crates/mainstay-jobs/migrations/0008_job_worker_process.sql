-- A process lives many lives, and each has a row of its own: this is its first life, and nothing in the row of the first. Of two
-- processes that one is newer whose first life is, however late the other has begun to live again; `job_cron.declared_by` names
-- a process so.
alter table job_worker add column process bigint;
