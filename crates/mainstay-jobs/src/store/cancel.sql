-- Has a job not be done: what waits ends here, what runs is asked to stop. Neither comes back for what ends, or changes hands,
-- at the same time: whoever asks looks again.
with /* jobs.cancel */ waiting as (
    delete from mainstay.job_ready where id = $1 returning id, queue, kind, attempts, crashes, held_key
), outcome as (
    insert into mainstay.job_outcome (id, state, attempts, crashes, queue, kind, owner)
    select waiting.id, 'cancelled', waiting.attempts, waiting.crashes, waiting.queue, waiting.kind, job.owner
    from waiting left join mainstay.job on job.id = waiting.id
), free as (
    delete from mainstay.job_unique as held using waiting
    where held.key = any(array[waiting.held_key]) and held.id = waiting.id and held.until is null
), forgotten as (
    delete from mainstay.job_checkpoint as kept using waiting where kept.id = any(array[waiting.id])
), asked as (
    update mainstay.job_running set cancel_requested = true where id = $1 returning worker
)
select (select queue from waiting) as queue, (select worker from asked) as worker
