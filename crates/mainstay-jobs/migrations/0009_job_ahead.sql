-- What a job must wait for: of those with its ordering key the one that runs, and those that were asked for before it. Said
-- once, and read by the planner as if it stood in each statement.
create function job_ahead(of_queue text, of_key text, than bigint) returns table (nth bigint)
language sql stable parallel safe as $$
    select other.nth from mainstay.job_running as other where other.queue = of_queue and other.ordering_key = of_key
    union all
    select other.nth from mainstay.job_ready as other
    where other.queue = of_queue and other.ordering_key = of_key and other.nth < than
$$;
