-- It goes on, if it is nobody else's.
update /* jobs.renew */ mainstay.lease
set expires_at = clock_timestamp() + $4::bigint * interval '1 millisecond'
where name = $1 and holder = $2 and token = $3
returning token
