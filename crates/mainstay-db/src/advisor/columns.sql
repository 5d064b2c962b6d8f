-- Columns of those tables: width in bytes, distinct values (null where the table was never analysed), and whether a
-- B-tree on the column makes sense: its type has an order, and is no document, array or text search.
select /* mainstay.advisor_columns */
    n.nspname::text as schema,
    c.relname::text as table_name,
    a.attname::text as name,
    coalesce(s.avg_width, nullif(a.attlen, -1), 32)::float8 as width,
    case when s.n_distinct < 0 then -s.n_distinct * greatest(c.reltuples, 0) else s.n_distinct end::float8
        as distinct_values,
    (
        t.typcategory <> 'A'
        and t.typname not in ('jsonb', 'tsvector', 'tsquery')
        and exists (
            select from pg_opclass as o
            inner join pg_am as m on o.opcmethod = m.oid
            where
                m.amname = 'btree' and o.opcdefault
                and (o.opcintype = t.oid or o.opcintype = t.typbasetype or t.typtype = 'e'
                    or t.typname in ('varchar', 'name'))
        )
    ) as is_ordered
from pg_attribute as a
inner join pg_class as c on a.attrelid = c.oid
inner join pg_namespace as n on c.relnamespace = n.oid
inner join pg_type as t on a.atttypid = t.oid
left join pg_stats as s
    on n.nspname = s.schemaname and c.relname = s.tablename and a.attname = s.attname and not s.inherited
where
    c.relkind in ('r', 'm')
    and a.attnum > 0
    and not a.attisdropped
    and n.nspname <> 'information_schema'
    and n.nspname !~ '^pg_'
