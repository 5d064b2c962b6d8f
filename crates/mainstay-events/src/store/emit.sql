-- Tells events of one type, and says who hears of them: each event with each subscriber, or with none. The rows of the keys are
-- taken first, so that their numbers grow in the order of the commits.
with /* events.emit */ given as materialized (
    select given.place, given.id, given.subject, given.key, given.body
    from unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[]) with ordinality as given (id, subject, key, body, place)
), held as (
    insert into mainstay.event_key as held (key, tx)
    select distinct given.key, pg_current_xact_id() from given where given.key is not null order by given.key
    on conflict (key) do update set tx = greatest(held.tx, excluded.tx)
    returning key, tx
), told as (
    insert into mainstay.event (id, tx, type, source, subject, key, body)
    select given.id, coalesce(held.tx, pg_current_xact_id()), $5, $6, given.subject, given.key, given.body
    from given left join held on held.key = given.key
    order by given.place
    returning id, at
)
select
    told.id, told.at, hearing.name, hearing.queue, hearing.kind, hearing.priority, hearing.attempts_most, hearing.timeout_ms
from told
left join mainstay.event_subscription as hearing on hearing.type = $5 and hearing.gone_at is null
