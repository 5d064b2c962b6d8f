-- A key whose time is over is nobody's.
delete /* jobs.expired */ from mainstay.job_unique where key = any($1::bytea[]) and until <= clock_timestamp()
