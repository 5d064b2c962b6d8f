select /* events.subscribed */ name, queue, kind, priority, attempts_most, timeout_ms
from mainstay.event_subscription
where type = $1 and gone_at is null
order by name
