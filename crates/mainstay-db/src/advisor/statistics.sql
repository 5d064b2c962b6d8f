-- For how long this server has counted what happens in this database. Where nobody ever reset the database's
-- statistics, they began with those of the server.
select /* mainstay.advisor_statistics */ extract(epoch from clock_timestamp() - coalesce(d.stats_reset, b.stats_reset))::float8 as counted_s
from pg_stat_database as d
cross join pg_stat_bgwriter as b
where d.datname = current_database()
