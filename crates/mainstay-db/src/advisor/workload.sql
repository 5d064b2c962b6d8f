-- Statements of this database by their total time. `{schema}` is where the extension lives.
select /* mainstay.advisor_workload */
    s.query as text,
    sum(s.calls)::int8 as calls,
    sum(s.total_exec_time)::float8 as total_ms
from {schema}.pg_stat_statements as s
where
    s.dbid = (select d.oid from pg_database as d where d.datname = current_database())
    and s.toplevel
    and s.calls > 0
    and s.query ~* '^\s*(/\*.*?\*/\s*|--[^\n]*\n\s*)*(select|with|insert|update|delete|merge|values)\M'
    and s.query !~ '^\s*(--[^\n]*\n\s*)*\w+ /\* mainstay\.advisor'
    and s.query !~* '\mpg_(catalog|class|type|stat|stats|stat_\w+|index|attribute|namespace|proc|extension)\M'
group by s.query
order by sum(s.total_exec_time) desc
limit $1
