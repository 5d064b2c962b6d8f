-- Whoever holds the row of a queue counts and takes alone; the counting is a statement of its own, which sees what those before
-- have taken. A row that somebody else holds is passed over.
-- tidy: limit, a queue has one row
select /* jobs.hold */ name from mainstay.job_queue where name = $1 limit 1 for no key update skip locked
