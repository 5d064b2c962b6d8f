-- Tells events of one type. The rows of their keys are taken first, so that their numbers grow in the order of the commits.
with /* events.emit */ given as materialized (
    select given.place, given.id, given.subject, given.key, given.body
    from unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[]) with ordinality as given (id, subject, key, body, place)
), held as (
    insert into mainstay.event_key as held (key, tx)
    select distinct given.key, pg_current_xact_id() from given where given.key is not null order by given.key
    on conflict (key) do update set tx = greatest(held.tx, excluded.tx)
    returning key, tx
)
insert into mainstay.event (id, tx, type, source, subject, key, body)
select given.id, coalesce(held.tx, pg_current_xact_id()), $5, $6, given.subject, given.key, given.body
from given left join held on held.key = given.key
order by given.place
returning id, at
