select /* jobs.left */ run, attempts, attempts_most from mainstay.job_running where worker = $1
