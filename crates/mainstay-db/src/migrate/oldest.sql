-- The oldest transaction of others in this database that is open for at least $1 seconds, prepared ones included.
select pid, name, role, client, state, extract(epoch from clock_timestamp() - since)::float8 as age_s
from (
    select
        pid, coalesce(application_name, '') as name, coalesce(usename::text, '') as role,
        coalesce(host(client_addr), '') as client, coalesce(state, '') as state, xact_start as since
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
    union all
    select null, gid, owner::text, '', 'prepared', prepared
    from pg_prepared_xacts
    where database = current_database()
) as open
where since <= clock_timestamp() - make_interval(secs => $1)
order by since
limit $2;
