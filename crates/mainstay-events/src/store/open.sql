insert /* events.open */ into mainstay.event_reader as known (name, tx, nth)
values ($1, $2::text::xid8, $3)
on conflict (name) do nothing
