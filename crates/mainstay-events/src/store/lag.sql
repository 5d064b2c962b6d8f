-- How long each reader's first unread event has been there, and whether it waits for an open transaction.
select
    /* events.lag */ reader.name,
    coalesce(extract(epoch from clock_timestamp() - next.at)::double precision, 0) as behind_s,
    coalesce(next.tx >= pg_snapshot_xmin(pg_current_snapshot()), false) as is_held
from mainstay.event_reader as reader
left join lateral (
    select event.at, event.tx
    from mainstay.event
    where (event.tx, event.nth) > (reader.tx, reader.nth)
    order by event.tx, event.nth
    limit $1
) as next on true
order by reader.name
limit $2
