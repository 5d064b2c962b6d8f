-- The name stays, so that an older process that starts again subscribes nobody.
update /* events.unsubscribe */ mainstay.event_subscription
set gone_at = coalesce(gone_at, clock_timestamp())
where name = $1
