select /* cache.poll */
    pg_current_snapshot()::text as snapshot,
    incarnation.id,
    retained.below::text as retained,
    event.xid::text as xid,
    event.tags
from mainstay.cache_retained as retained
left join mainstay.cache_incarnation as incarnation on true
left join lateral (
    select cache_event.xid, cache_event.tags
    from mainstay.cache_event
    where cache_event.xid >= $1::text::xid8 or cache_event.xid = any($2::text[]::xid8[])
) as event on true
