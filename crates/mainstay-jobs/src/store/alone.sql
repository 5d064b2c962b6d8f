-- All other lives are over: their time has passed, and nobody of them leads any more. The next round of who leads then finds
-- what they had.
with /* jobs.alone */ silent as (
    update mainstay.job_worker set last_seen = last_seen - ttl_ms * interval '1 millisecond' where id <> $1
)
update mainstay.lease set expires_at = least(expires_at, clock_timestamp()) where name = $2 and holder <> $1::bigint::text
