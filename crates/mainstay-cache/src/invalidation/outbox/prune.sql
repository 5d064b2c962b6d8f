-- One at a time; who comes second finds little left. What is forgotten is told in the same transaction.
with /* cache.prune platform */ turn as materialized (
    select pg_try_advisory_xact_lock(hashtext('mainstay.cache.prune')) as is_mine
),
old as materialized (
    select cache_event.ctid as place
    from mainstay.cache_event, turn
    where turn.is_mine and cache_event.at < clock_timestamp() - make_interval(secs => $1::float8)
        -- Whoever polls from now on has seen them, however long some transaction runs.
        and cache_event.xid < pg_snapshot_xmin(pg_current_snapshot())
    order by cache_event.xid
    limit $2::int8
),
gone as (
    -- By their places: events are written once and never changed.
    delete from mainstay.cache_event where ctid = any(array(select place from old)) returning cache_event.xid
),
told as (
    update mainstay.cache_retained
    set below = (select (max(gone.xid::text::numeric) + 1)::text::xid8 from gone)
    where exists (select from gone)
        and below::text::numeric <= (select max(gone.xid::text::numeric) from gone)
)
select count(*) from gone
