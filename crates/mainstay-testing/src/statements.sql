-- Statements executed in one database, by text. Transaction control, settings and the driver's own questions about
-- types are not the caller's statements; the bare select is how a commit asks whether the transaction is sound. What the
-- platform asks for itself, such as how the cache hears of changes and whether jobs wait, is nobody's statement either: it says
-- `platform` behind its name.
select
    s.query as text,
    sum(s.calls)::int8 as calls
from pg_stat_statements as s
inner join pg_database as d on s.dbid = d.oid
where
    d.datname = $1
    and s.query !~* '^\s*(begin|start|commit|end|rollback|abort|savepoint|release|set|reset|show|discard|deallocate)\M'
    and s.query !~* '^\s*select\s*;?\s*$'
    and s.query !~ '/\* [a-z0-9_.]+ platform \*/'
    and s.query !~ 'set (jit|enable_seqscan)'
    and s.query !~ 'pg_control_system\(\)|^\(select oid::text from pg_database'
    and s.query !~ 'FROM pg_catalog\.pg_(type|enum|attribute|range)\M'
group by s.query
