-- Takes a lease that is free, over or already one's own; with each other holder the token grows. Whoever holds its row is about
-- to write under it: he is not waited for, by this statement or by those behind it on the connection.
with /* jobs.acquire platform */ short as materialized (select set_config('lock_timeout', '50ms', true) as told)
insert into mainstay.lease as held (name, holder, token, expires_at)
select $1, $2, 1, clock_timestamp() + $3::bigint * interval '1 millisecond'
from short
where told is not null
on conflict (name) do update set
    holder = excluded.holder, expires_at = excluded.expires_at,
    token = held.token + case when held.holder = excluded.holder then 0 else 1 end
where held.holder = excluded.holder or held.expires_at <= clock_timestamp()
returning token
