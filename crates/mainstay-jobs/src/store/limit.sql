-- What a queue may do from now on. A rate that is new begins with a full bucket.
insert /* jobs.limit */ into mainstay.job_queue as known (
    name, running_most, running_most_of_key, rate_per_s, rate_burst, tokens
)
values ($1, $2, $3, $4, $5, coalesce($5::double precision, 0))
on conflict (name) do update set
    running_most = excluded.running_most, running_most_of_key = excluded.running_most_of_key,
    rate_per_s = excluded.rate_per_s, rate_burst = excluded.rate_burst,
    tokens = case when known.rate_per_s is null then excluded.tokens else least(known.tokens, excluded.tokens) end,
    tokens_at = case when known.rate_per_s is null then excluded.tokens_at else known.tokens_at end
