select /* jobs.left */ run, id, attempts, attempts_most from mainstay.job_running where worker = $1
