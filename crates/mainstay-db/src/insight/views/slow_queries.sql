-- Statements of this database whose mean time is above a bound. The same text may have several rows: one for each role,
-- and one for each way it is reached.
with /* insight.slow_queries */ summed as (
    select
        queryid,
        min(query) as query,
        sum(calls)::int8 as calls,
        sum(rows)::int8 as rows,
        sum(total_exec_time) as total_ms,
        sum(total_exec_time) / greatest(sum(calls), 1) as mean_ms,
        max(max_exec_time) as max_ms
    from pg_stat_statements
    where dbid = (select oid from pg_database where datname = current_database())
    group by queryid
)

select
    left(query, $4::int4) as query,
    calls,
    rows,
    total_ms::float8 as total_ms,
    mean_ms::float8 as mean_ms,
    max_ms::float8 as max_ms
from summed
where mean_ms > $1::float8
order by case when $2::bool then total_ms else mean_ms end desc, queryid
limit $3::int8
