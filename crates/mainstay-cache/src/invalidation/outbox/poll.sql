select /* cache.poll platform */
    pg_current_snapshot()::text as snapshot,
    life.id,
    retained.below::text as retained,
    array(
        select xid::text from unnest(life.inherited) as xid
        where xid >= $1::text::xid8 or xid = any($2::text[]::xid8[])
    ) as inherited,
    (
        -- Another number when a partition has been attached or detached.
        select coalesce(bit_xor(part.shape), 0)
        from mainstay.cache_parted
        cross join lateral (
            select bit_xor(hashint8extended(pg_inherits.inhrelid::int8, pg_inherits.xmin::text::int8)) as shape
            from pg_inherits
            where pg_inherits.inhparent = cache_parted.parent
        ) as part
    ) as shape,
    event.xid::text as xid,
    event.tags,
    -- How many transactions have begun since the last that has ended: none of them is in the snapshot, which may not even
    -- list them.
    age(pg_snapshot_xmax(pg_current_snapshot())::xid) as begun
from mainstay.cache_retained as retained
left join mainstay.cache_life as life on true
left join lateral (
    (
        select cache_event.xid, cache_event.tags
        from mainstay.cache_event
        where cache_event.xid >= $1::text::xid8
        order by cache_event.xid
        limit $3::int8
    )
    union all
    (
        select cache_event.xid, cache_event.tags
        from mainstay.cache_event
        where cache_event.xid = any($2::text[]::xid8[])
        limit $3::int8
    )
) as event on true
