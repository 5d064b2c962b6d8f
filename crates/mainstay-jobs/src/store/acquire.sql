-- Takes a lease that is free, over or already one's own; with each other holder the token grows.
insert /* jobs.acquire */ into mainstay.lease as held (name, holder, token, expires_at)
values ($1, $2, 1, clock_timestamp() + $3::bigint * interval '1 millisecond')
on conflict (name) do update set
    holder = excluded.holder, expires_at = excluded.expires_at,
    token = held.token + case when held.holder = excluded.holder then 0 else 1 end
where held.holder = excluded.holder or held.expires_at <= clock_timestamp()
returning token
