-- no-transaction
-- What an older version computed, in the order in which it is computed again. The background work looks every quarter of
-- an hour: without this it read every analysis that there is, to find that none was old.
create index concurrently if not exists activity_analysis_outdated_idx
    on activity_analysis (algorithm_version, athlete_id, activity_id);
