-- Dead letters that nobody has asked for in so long, the oldest first.
delete /* jobs.forget platform */ from mainstay.job_dead
where id = any(array(
    select id from mainstay.job_dead
    where died_at < clock_timestamp() - $1::bigint * interval '1 millisecond'
    order by died_at limit $2 for update skip locked
))
