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
    -- The second setting and its role came with PostgreSQL 16.
    current_setting('superuser_reserved_connections')::int4
    + case
        when
            exists (
                select from pg_roles
                where rolname = 'pg_use_reserved_connections' and pg_has_role(current_user, oid, 'usage')
            )
            then 0
        else coalesce(current_setting('reserved_connections', true)::int4, 0)
    end as reserved_connections,
    array(select extname || ' ' || extversion from pg_extension order by extname)::text [] as extensions
