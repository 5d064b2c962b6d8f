-- Ordinary tables outside the system's schemas, with what the planner and the statistics know of each.
select /* mainstay.advisor_tables */
    n.nspname::text as schema,
    c.relname::text as name,
    greatest(c.reltuples, 0)::float8 as row_count,
    (coalesce(s.n_tup_ins, 0) + coalesce(s.n_tup_upd, 0))::int8 as written,
    c.relispartition as is_partition
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
left join pg_stat_all_tables as s on c.oid = s.relid
where
    c.relkind in ('r', 'm')
    and c.relpersistence <> 't'
    and n.nspname <> 'information_schema'
    and n.nspname !~ '^pg_'
