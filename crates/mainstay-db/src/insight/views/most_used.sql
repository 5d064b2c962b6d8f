select /* insight.most_used_indexes */
    s.schemaname::text as schema,
    s.relname::text as table,
    s.indexrelname::text as index,
    s.idx_scan as scans,
    s.idx_tup_read as tuples_read,
    s.idx_tup_fetch as tuples_fetched,
    coalesce(pg_relation_size(s.indexrelid), 0)::int8 as size_bytes
from pg_stat_user_indexes as s
where s.idx_scan > 0
order by s.idx_scan desc, s.indexrelid
limit $1::int8
