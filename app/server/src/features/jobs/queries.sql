-- How often an account has things done again. What is known of the jobs themselves the platform asks.

-- Counts one, unless the hour has as many as it may; an hour begins with its first. Those who ask at once in one name count one
-- after the other.
--! count_retry
update athlete
set
    retries = case when retries_since > :hour_ago then retries + 1 else 1 end,
    retries_since = case when retries_since > :hour_ago then retries_since else :now end
where id = :athlete_id and (retries_since is null or retries_since <= :hour_ago or retries < :most);
