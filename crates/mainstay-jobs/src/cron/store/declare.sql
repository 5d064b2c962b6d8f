-- What is declared. Whoever has the same calendar as before goes on where he was; pauses are an operator's.
insert /* jobs.cron_declare platform */ into mainstay.job_cron as known (
    name, spec, zone, queue, kind, payload, priority, attempts_most, timeout_ms, misfire, catch_up_most, next_at, declared_by
)
select
    given.name, given.spec, given.zone, given.queue, given.kind, given.payload, given.priority, given.attempts_most,
    given.timeout_ms, given.misfire, given.catch_up_most, given.next_at, $13
from unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::smallint[], $8::smallint[], $9::bigint[],
    $10::text[], $11::integer[], $12::timestamptz[]
) as given (
    name, spec, zone, queue, kind, payload, priority, attempts_most, timeout_ms, misfire, catch_up_most, next_at
)
on conflict (name) do update set
    spec = excluded.spec, zone = excluded.zone, queue = excluded.queue, kind = excluded.kind, payload = excluded.payload,
    priority = excluded.priority, attempts_most = excluded.attempts_most, timeout_ms = excluded.timeout_ms,
    misfire = excluded.misfire, catch_up_most = excluded.catch_up_most, declared_by = excluded.declared_by, retired_at = null,
    next_at = case
        when known.spec = excluded.spec and known.zone = excluded.zone then coalesce(known.next_at, excluded.next_at)
        else excluded.next_at
    end
