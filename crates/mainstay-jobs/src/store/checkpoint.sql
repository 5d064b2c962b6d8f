-- How far the work has come. Nothing is written, and nothing told back, of a job that somebody else has by now.
with /* jobs.checkpoint */ own as materialized (
    select id from mainstay.job_running where run = $1 and id = $2 and worker = $3 for key share
)
insert into mainstay.job_checkpoint as kept (id, data) select id, $4 from own
on conflict (id) do update set data = excluded.data, at = excluded.at
returning kept.id
