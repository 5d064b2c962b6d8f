-- Tables with dead rows. What is wasted is estimated: dead rows take as much room as living ones.
select /* insight.table_bloat */
    s.schemaname::text as schema,
    s.relname::text as table,
    s.n_live_tup as live_tuples,
    s.n_dead_tup as dead_tuples,
    coalesce(pg_table_size(s.relid), 0)::int8 as size_bytes,
    (coalesce(pg_relation_size(s.relid), 0)::float8 * s.n_dead_tup / greatest(s.n_live_tup + s.n_dead_tup, 1))::int8
        as estimated_wasted_bytes,
    greatest(s.last_vacuum, s.last_autovacuum) as last_vacuum,
    greatest(s.last_analyze, s.last_autoanalyze) as last_analyze
from pg_stat_user_tables as s
where s.n_dead_tup > 0
order by estimated_wasted_bytes desc, s.relid
limit $1::int8
