-- Ends what this worker still has; a run that is not told back is somebody else's by now. A run counts with its job alone: a
-- server that was promoted too early gives its number again.
with /* jobs.succeed */ given as (
    select run, id, result from unnest($2::bigint[], $3::uuid[], $4::jsonb[]) as given (run, id, result)
), gone as (
    delete from mainstay.job_running as job using given
    where job.run = any(array[given.run]) and job.id = any(array[given.id]) and job.worker = $1
    returning
        job.run, job.id, job.worker, job.attempts, job.crashes, job.held_key, job.started_at, given.result
), outcome as (
    insert into mainstay.job_outcome (id, state, attempts, crashes, worker, started_at, result)
    select id, 'succeeded', attempts, crashes, worker, started_at, result from gone
), free as (
    delete from mainstay.job_unique as held using gone
    where held.key = any(array[gone.held_key]) and held.id = gone.id and held.until is null
), forgotten as (
    delete from mainstay.job_checkpoint as kept using gone where kept.id = any(array[gone.id])
)
select run from gone
