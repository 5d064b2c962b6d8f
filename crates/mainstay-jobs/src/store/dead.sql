select /* jobs.dead */
    id, queue, kind, priority, payload, owner, attempts, crashes, attempts_most, reason, error, created_at, died_at
from mainstay.job_dead
where (died_at, id) < ($1, $2) and ($3::text is null or queue = $3) and ($4::text is null or kind = $4)
order by died_at desc, id desc limit $5
