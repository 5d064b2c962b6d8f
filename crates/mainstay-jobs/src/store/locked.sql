-- Of these runs those whose end somebody else's transaction is in the way of just now: it holds the row, the key that the end frees,
-- as who has another job with it done again does until he has committed, or what was kept. Nobody is waited for.
with /* jobs.locked */ own as materialized (
    select run, id, held_key from mainstay.job_running where worker = $1 and run = any($2::bigint[]) order by run limit $3
), free as materialized (
    select run from mainstay.job_running
    where worker = $1 and run = any($2::bigint[])
    order by run limit $3 for update skip locked
), free_key as materialized (
    select key from mainstay.job_unique
    where key = any((select array_agg(held_key) from own)::bytea[])
    order by key limit $3 for update skip locked
), free_kept as materialized (
    select id from mainstay.job_checkpoint
    where id = any((select array_agg(id) from own)::uuid[])
    order by id limit $3 for update skip locked
)
select own.run
from own
left join mainstay.job_unique as held on held.key = any(array[own.held_key]) and held.id = own.id and held.until is null
left join mainstay.job_checkpoint as kept on kept.id = any(array[own.id])
where not exists (select from free where free.run = own.run)
    or held.key is not null and not exists (select from free_key where free_key.key = held.key)
    or kept.id is not null and not exists (select from free_kept where free_kept.id = kept.id)
order by own.run limit $3
