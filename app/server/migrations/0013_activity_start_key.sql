-- no-transaction
-- What the samples name their activity by: its start tells their month, so their foreign key holds it, and a start that
-- changes takes them along.
create unique index concurrently if not exists activity_start_key
    on activity (athlete_id, id, start_time);
