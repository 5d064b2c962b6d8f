select /* insight.database_size */
    current_database()::text as name,
    pg_database_size(current_database()) as size_bytes,
    (
        select count(*) from pg_stat_activity
        where datname = current_database() and backend_type = 'client backend'
    ) as connections,
    (
        select count(*) from pg_stat_activity
        where datname = current_database() and backend_type = 'client backend' and state = 'active'
    ) as active_connections
