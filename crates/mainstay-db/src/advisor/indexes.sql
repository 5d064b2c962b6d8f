-- Indexes of those tables. A key is its definition with collation and operator class where they are not the
-- default's; `constraint_name` is a rule that the index keeps; `foreign_key` one whose columns it leads with, so that
-- deletions of the other table look into it; `is_building` that somebody builds it now.
-- tidy: limit, any one of them does
select /* mainstay.advisor_indexes */
    n.nspname::text as schema,
    c.relname::text as table_name,
    ic.relname::text as name,
    m.amname::text as method,
    pg_get_indexdef(i.indexrelid) as definition,
    array(
        select pg_get_indexdef(i.indexrelid, k::int4, true) from generate_series(1, i.indnkeyatts) as k
    )::text [] as keys,
    array(
        select coalesce(a.attname, '')
        from generate_series(0, i.indnkeyatts - 1) as k
        left join pg_attribute as a on i.indrelid = a.attrelid and i.indkey[k] = a.attnum and a.attnum > 0
        order by k
    )::text [] as columns,
    array(select i.indoption[k]::int4 from generate_series(0, i.indnkeyatts - 1) as k)::int4 [] as options,
    array(
        select i.indclass[k]::text || ' ' || i.indcollation[k]::text
        from generate_series(0, i.indnkeyatts - 1) as k
    )::text [] as classes,
    array(
        select a.attname::text
        from generate_series(i.indnkeyatts, i.indnatts - 1) as k
        inner join pg_attribute as a on i.indrelid = a.attrelid and i.indkey[k] = a.attnum
    )::text [] as included,
    pg_get_expr(i.indpred, i.indrelid) as predicate,
    i.indisunique as is_unique,
    i.indisvalid as is_valid,
    (i.indisreplident or ic.relispartition) as is_needed,
    (select r.conname::text from pg_constraint as r where r.conindid = i.indexrelid limit 1) as constraint_name,
    (
        select f.conname::text from pg_constraint as f
        where
            f.contype = 'f' and f.conrelid = i.indrelid
            and f.conkey[1] = i.indkey[0]
        limit 1
    ) as foreign_key,
    exists (select from pg_stat_progress_create_index as p where p.index_relid = i.indexrelid) as is_building,
    pg_relation_size(i.indexrelid)::int8 as bytes,
    coalesce(s.idx_scan, 0)::int8 as scans
from pg_index as i
inner join pg_class as c on i.indrelid = c.oid
inner join pg_class as ic on i.indexrelid = ic.oid
inner join pg_am as m on ic.relam = m.oid
inner join pg_namespace as n on c.relnamespace = n.oid
left join pg_stat_all_indexes as s on i.indexrelid = s.indexrelid
where
    c.relkind in ('r', 'm')
    and n.nspname <> 'information_schema'
    and n.nspname !~ '^pg_'
order by n.nspname, c.relname, ic.relname
