delete /* jobs.purge */ from mainstay.job_dead where id = any($1::uuid[])
