select /* jobs.holders */ key, id from mainstay.job_unique where key = any($1::bytea[])
