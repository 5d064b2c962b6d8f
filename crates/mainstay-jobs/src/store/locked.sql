-- Of these runs those that somebody else's transaction holds just now. Nobody is waited for. Found by runs, as ends are.
with /* jobs.locked */ free as materialized (
    select run from mainstay.job_running
    where worker + 0 = $1 and run = any($2::bigint[])
    order by run limit $3 for update skip locked
)
select job.run from mainstay.job_running as job
where job.worker + 0 = $1 and job.run = any($2::bigint[]) and not exists (select from free where free.run = job.run)
limit $3
