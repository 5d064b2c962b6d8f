-- How many jobs are where, each place counted up to $1. What has succeeded is counted no further back than $2.
select /* jobs.statistics */
    (select count(*) from (select from mainstay.job_ready limit $1) as bounded) as pending,
    (select count(*) from (select from mainstay.job_running limit $1) as bounded) as running,
    (
        select count(*) from (
            select from mainstay.job_outcome where state = 'succeeded' and id >= $2::uuid order by id desc limit $1
        ) as bounded
    ) as completed,
    count(*) filter (where state = 'failed') as failed,
    count(*) filter (where state <> 'failed') as cancelled
from (select state from mainstay.job_outcome where state <> 'succeeded' order by id desc limit $1) as unsuccessful
