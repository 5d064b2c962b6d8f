-- What comes behind a place, as far as no open transaction can fill one; and how far that is, in a row of its own where there is
-- nothing.
select
    /* events.page */ bound.xmin::text as bound, page.tx::text as tx, page.nth, page.id, page.type, page.source, page.subject,
    page.key, page.body, page.at
from (select pg_snapshot_xmin(pg_current_snapshot()) as xmin) as bound
left join lateral (
    select tx, nth, id, type, source, subject, key, body, at
    from mainstay.event
    where (tx, nth) > ($1::text::xid8, $2) and tx < bound.xmin and ($3::text[] is null or type = any($3::text[]))
    order by tx, nth
    limit $4
) as page on true
order by page.tx, page.nth
