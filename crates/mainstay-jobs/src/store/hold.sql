-- Whoever holds the row of a queue counts and takes alone; the counting is a statement of its own, which sees what those before
-- have taken.
select /* jobs.hold */ from mainstay.job_queue where name = $1 for no key update
