-- The type that a name subscribes to stays what it was.
insert /* events.subscribe */ into mainstay.event_subscription as known (
    name, type, queue, kind, priority, attempts_most, timeout_ms
)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (name) do update set
    queue = excluded.queue, kind = excluded.kind, priority = excluded.priority, attempts_most = excluded.attempts_most,
    timeout_ms = excluded.timeout_ms
returning type, gone_at is not null as is_gone
