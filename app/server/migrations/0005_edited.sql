-- What the athlete wrote about an activity, so that a better source of it changes only what they did not.
-- Names of columns: name, sport, notes, rpe.
alter table activity add column edited text[] not null default '{}';

-- Deleted activities, until they are purged.
create index activity_deleted_idx on activity (athlete_id, deleted_at) where deleted_at is not null;
