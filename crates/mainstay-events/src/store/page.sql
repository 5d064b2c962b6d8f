-- What comes behind a place, as far as no open transaction can fill one.
select /* events.page */ tx::text as tx, nth, id, type, source, subject, key, body, at
from mainstay.event
where (tx, nth) > ($1::text::xid8, $2) and tx < pg_snapshot_xmin(pg_current_snapshot())
    and ($3::text[] is null or type = any($3::text[]))
order by tx, nth
limit $4
