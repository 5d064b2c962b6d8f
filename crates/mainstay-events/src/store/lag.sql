-- How long each reader's first unread event has been there, whether it waits for an open transaction, and how many there are,
-- counted so far at most.
select
    /* events.lag platform */ reader.name,
    coalesce(extract(epoch from clock_timestamp() - next.at)::double precision, 0) as behind_s,
    coalesce(next.tx >= pg_snapshot_xmin(pg_current_snapshot()), false) as is_held,
    unread.count as unread
from mainstay.event_reader as reader
left join lateral (
    select event.at, event.tx
    from mainstay.event
    where (event.tx, event.nth) > (reader.tx, reader.nth)
    order by event.tx, event.nth
    limit $1
) as next on true
cross join lateral (
    select count(*) as count
    from (
        select from mainstay.event
        where (event.tx, event.nth) > (reader.tx, reader.nth)
        order by event.tx, event.nth
        limit $3
    ) as first_few
) as unread
order by reader.name
limit $2
