select /* events.position */ tx::text as tx, nth from mainstay.event_reader where name = $1
