-- Which tables' changes are told to whoever keeps answers made from them (docs/cache.md). An answer is made from an
-- athlete's rows of some tables, so that the athlete is the owner. Whatever is written, from psql too, is told by the
-- transaction that writes it.

-- The owner and the row are the same: an athlete's profile and account.
select mainstay.cache_watch('athlete', 'id', array['id']);

-- Whether a session still stands: each is kept by itself, so that one that ends costs the others nothing.
select mainstay.cache_watch('login_session', 'athlete_id', array['id']);

-- What lists, totals, trends and details are made from.
select mainstay.cache_watch('activity', 'athlete_id', array['id']);
select mainstay.cache_watch('activity_source', 'athlete_id', array['activity_id']);
select mainstay.cache_watch('activity_analysis', 'athlete_id', array['activity_id']);
select mainstay.cache_watch('activity_split', 'athlete_id', array['activity_id']);
select mainstay.cache_watch('best_effort', 'athlete_id', array['activity_id']);
