select /* jobs.state */ id, state from mainstay.job_shown where id = any($1::uuid[])
