-- What this worker has of a range of runs. It is no part of the beat: it steps over all that was done since, by anybody, while somebody
-- holds an old snapshot, and no beat waits for that.
select /* jobs.above platform */ run, id from mainstay.job_running where run > $2 and run <= $3 and worker = $1
