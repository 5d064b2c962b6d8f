-- What the work tells of itself; of a job that somebody else has by now nothing is written.
update /* jobs.progress */ mainstay.job_running as job set progress = given.fraction, progress_message = given.message
from unnest($2::bigint[], $3::uuid[], $4::real[], $5::text[]) as given (run, id, fraction, message)
where job.run = any(array[given.run]) and job.id = any(array[given.id]) and job.worker = $1
