-- Indexes that few scans have used. Those that keep a rule are left out, however seldom they are read: primary keys,
-- unique indexes, exclusion constraints, and what stands in for a row's identity in replication.
select /* insight.unused_indexes */
    s.schemaname::text as schema,
    s.relname::text as table,
    s.indexrelname::text as index,
    s.idx_scan as scans,
    s.idx_tup_read as tuples_read,
    s.idx_tup_fetch as tuples_fetched,
    coalesce(pg_relation_size(s.indexrelid), 0)::int8 as size_bytes
from pg_stat_user_indexes as s
inner join pg_index as i on s.indexrelid = i.indexrelid
where s.idx_scan < $1::int8
    and not i.indisunique and not i.indisexclusion and not i.indisreplident
order by size_bytes desc, s.indexrelid
limit $2::int8
