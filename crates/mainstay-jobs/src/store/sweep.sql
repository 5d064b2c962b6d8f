-- Keys whose time is over, and that nobody has asked for since.
delete /* jobs.sweep platform */ from mainstay.job_unique
where key = any(array(
    select key from mainstay.job_unique where until <= clock_timestamp() order by until limit $1 for update skip locked
))
