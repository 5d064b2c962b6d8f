-- Where a look for what has succeeded ends ($1: before this one): at the so many-th ($2) of each sort that has not, which no index
-- parts from it. Without a row it ends nowhere.
-- tidy: limit, a place is one row
select /* jobs.reach */ place.id
from unnest(array['failed', 'discarded', 'cancelled']) as other (state)
cross join lateral (
    select (array_agg(passed.id order by passed.id desc))[$2::bigint::integer] as id
    from (
        select id from mainstay.job_outcome
        where state = any(array[other.state]) and state <> 'succeeded' and id < $1
        order by state, id desc
        limit $2
    ) as passed
) as place
where place.id is not null
order by place.id desc
limit 1
