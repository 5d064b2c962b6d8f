select /* jobs.history */ run, attempt, started_at, ended_at, cause, detail
from mainstay.job_attempt where id = $1 order by run desc limit $2
