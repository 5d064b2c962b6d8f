select /* jobs.load */ data from mainstay.job_checkpoint where id = $1
