-- Who has named the present life in a transaction (mainstay.cache_own) is about to commit, and is waited for; whoever comes
-- later names the new one. Nobody waits longer than a node goes without hearing of changes.
set local lock_timeout = 300;
-- Nor for a standby that is away: no log is written of the table.
set local synchronous_commit = local;
lock table mainstay.cache_incarnation in access exclusive mode;
-- What an earlier life has left prepared stays what is inherited. The row says who wrote it, or it would be a copy.
update /* cache.clear */ mainstay.cache_incarnation
set id = gen_random_uuid(), xid = pg_current_xact_id()
where id in (select cache_life.id from mainstay.cache_life);
