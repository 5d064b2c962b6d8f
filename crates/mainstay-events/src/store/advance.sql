-- From where he was: of two who read by one name the second goes nowhere. Who has found nothing stays where he is.
update /* events.advance */ mainstay.event_reader
set tx = $4::text::xid8, nth = $5, moved_at = clock_timestamp()
where name = $1 and tx = $2::text::xid8 and nth = $3 and (tx, nth) <= ($4::text::xid8, $5)
returning name
