-- What this worker has: of the runs that it knows of, and of all above one, the last before its first, or up to which it knows of all.
select /* jobs.left */ job.run, job.id, job.attempts, job.attempts_most
from unnest($2::bigint[]) as own (run)
inner join mainstay.job_running as job on job.run = any(array[own.run])
where job.worker = $1
union
select job.run, job.id, job.attempts, job.attempts_most from mainstay.job_running as job where job.run > $3 and job.worker = $1
