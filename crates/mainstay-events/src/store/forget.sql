delete /* events.forget */ from mainstay.event_reader where name = $1
