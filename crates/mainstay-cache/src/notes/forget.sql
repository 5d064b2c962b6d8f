-- Rows that another node is writing or forgetting are left to it.
with ranked as (
    select
        name, key, is_old,
        row_number() over (partition by name order by is_old, hits desc, noted_at desc, key) as place
    from (
        select
            name, key, hits, noted_at,
            noted_at < clock_timestamp() - make_interval(secs => $1::float8) as is_old
        from mainstay.cache_hot
    ) as noted
),
old as materialized (
    select cache_hot.name, cache_hot.key
    from mainstay.cache_hot
    inner join ranked on ranked.name = cache_hot.name and ranked.key = cache_hot.key
    where ranked.place > $2::int8 or ranked.is_old
    limit $3::int8
    for update of cache_hot skip locked
)
delete from mainstay.cache_hot using old where cache_hot.name = old.name and cache_hot.key = old.key
