-- Whether an unqualified name finds the view, and whether the extension is there at all.
select /* insight.has_statement_statistics */
    to_regclass('pg_stat_statements') is not null as is_found,
    exists (select from pg_extension where extname = 'pg_stat_statements') as is_installed
