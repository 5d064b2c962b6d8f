-- Which history of which server this is; none where a crash may forget what was committed. A server that was promoted may not
-- know what its former primary has given out, numbers of attempts among them.
select /* jobs.origin */ case when current_setting('synchronous_commit') <> 'off' then
    system_identifier::text || ' ' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
end as origin
from pg_control_system()
