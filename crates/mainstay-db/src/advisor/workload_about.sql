-- How long statements have been counted, and how many of other roles this role may not see.
select /* mainstay.advisor_workload_about */
    (
        select count(*) from {schema}.pg_stat_statements as s
        where
            s.dbid = (select d.oid from pg_database as d where d.datname = current_database())
            and s.query = '<insufficient privilege>'
    )::int8 as hidden,
    (
        select extract(epoch from clock_timestamp() - i.stats_reset) from {schema}.pg_stat_statements_info as i
    )::float8 as counted_s
