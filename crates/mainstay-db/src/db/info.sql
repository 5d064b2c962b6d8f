-- The server and our role in one row.
select
    current_setting('server_version') as version,
    current_setting('server_version_num')::int4 as version_num,
    current_database()::text as database,
    current_user::text as role,
    coalesce((select rolsuper from pg_roles where rolname = current_user), false) as is_superuser,
    has_database_privilege(current_database(), 'create') as can_create,
    coalesce(has_schema_privilege(current_schema(), 'create'), false) as can_create_tables,
    coalesce(current_schema(), 'public')::text as schema,
    pg_is_in_recovery() as in_recovery,
    current_setting('max_connections')::int4 as max_connections,
    array(select extname || ' ' || extversion from pg_extension order by extname)::text [] as extensions
