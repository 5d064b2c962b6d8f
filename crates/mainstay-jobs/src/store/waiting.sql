select /* jobs.waiting */ job.payload
from mainstay.job_ready as ready inner join mainstay.job on job.id = ready.id
where ready.kind = $1 order by ready.nth limit $2
