select /* insight.largest_tables */
    s.schemaname::text as schema,
    s.relname::text as table,
    s.n_live_tup as live_tuples,
    coalesce(pg_total_relation_size(s.relid), 0)::int8 as size_bytes
from pg_stat_user_tables as s
order by size_bytes desc, s.relid
limit $1::int8
