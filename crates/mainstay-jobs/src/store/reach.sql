-- Where a look for what has succeeded ends ($1: before this one): behind so many ($2) of each sort that has not, which no index
-- parts from it. Without a row it ends nowhere.
select /* jobs.reach */ place.id
from unnest(array['failed', 'discarded', 'cancelled']) as other (state)
cross join lateral (
    select id from mainstay.job_outcome
    where state = any(array[other.state]) and state <> 'succeeded' and id < $1
    order by state, id desc
    limit 1 offset $2::bigint
) as place
order by place.id desc
limit 1
