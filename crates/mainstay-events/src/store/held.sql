-- How long the first event has been there that nobody can read yet, because a transaction is open that was begun before.
select
    /* events.held platform */ coalesce(extract(epoch from clock_timestamp() - first.at)::double precision, 0) as held_s
from (select pg_snapshot_xmin(pg_current_snapshot()) as xmin) as bound
left join lateral (
    select at from mainstay.event where tx >= bound.xmin order by tx, nth limit $1
) as first on true
