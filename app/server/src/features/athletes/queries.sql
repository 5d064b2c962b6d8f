-- The athlete's own profile.

--: Profile(birthdate?, sex?, resting_hr_bpm?, max_hr_bpm?, threshold_hr_bpm?, threshold_pace_s_per_km?, threshold_power_w?)

-- lane: pipelined
--! find_athlete : Profile
select
    id, email, display_name, role, timezone, birthdate, sex, resting_hr_bpm, max_hr_bpm, threshold_hr_bpm,
    threshold_pace_s_per_km, threshold_power_w, is_demo, created_at
from athlete
where id = :athlete_id;

-- The same row, locked so that two edits at once are one after the other.
--! lock_athlete_profile : Profile
select
    id, email, display_name, role, timezone, birthdate, sex, resting_hr_bpm, max_hr_bpm, threshold_hr_bpm,
    threshold_pace_s_per_km, threshold_power_w, is_demo, created_at
from athlete
where id = :athlete_id
for no key update;

--! update_athlete (birthdate?, sex?, resting_hr_bpm?, max_hr_bpm?, threshold_hr_bpm?, threshold_pace_s_per_km?, threshold_power_w?)
update athlete
set
    display_name = :display_name, timezone = :timezone, birthdate = :birthdate, sex = :sex,
    resting_hr_bpm = :resting_hr_bpm, max_hr_bpm = :max_hr_bpm, threshold_hr_bpm = :threshold_hr_bpm,
    threshold_pace_s_per_km = :threshold_pace_s_per_km, threshold_power_w = :threshold_power_w, updated_at = :now
where id = :athlete_id;

-- What was computed from the profile no longer fits; version 0 is older than every version, so that it is computed
-- again. What has no file was not computed from the profile.
--! outdate_analyses
update activity_analysis
set algorithm_version = 0
from activity
where activity_analysis.athlete_id = :athlete_id and activity.athlete_id = activity_analysis.athlete_id
    and activity.id = activity_analysis.activity_id and activity.primary_sha256 is not null;

-- The fastest effort of each sport and distance, with the activity that holds it; of equal ones the earlier. Steps from pair to pair along
-- best_effort_fastest_idx and reads the head of each, however many efforts lie behind it.
-- lane: pipelined
--! personal_bests (sport?)
with recursive raced (sport, distance_m) as (
    (
        select best_effort.sport, best_effort.distance_m
        from best_effort
        where best_effort.athlete_id = :athlete_id and (:sport::text is null or best_effort.sport = :sport)
        order by best_effort.sport, best_effort.distance_m
        limit :one
    )
    union all
    select following.sport, following.distance_m
    from raced
    cross join lateral (
        select best_effort.sport, best_effort.distance_m
        from best_effort
        where best_effort.athlete_id = :athlete_id and (:sport::text is null or best_effort.sport = :sport)
            and (best_effort.sport, best_effort.distance_m) > (raced.sport, raced.distance_m)
        order by best_effort.sport, best_effort.distance_m
        limit :one
    ) as following
)
select
    fastest.sport, fastest.distance_m, fastest.elapsed_s, fastest.start_s, fastest.achieved_at, fastest.activity_id,
    fastest.activity_name, fastest.is_race
from raced
cross join lateral (
    select
        best_effort.sport, best_effort.distance_m, best_effort.elapsed_s, best_effort.start_s, best_effort.achieved_at,
        best_effort.activity_id, activity.name as activity_name, activity.is_race
    from best_effort
    join activity on activity.athlete_id = best_effort.athlete_id and activity.id = best_effort.activity_id
    where best_effort.athlete_id = :athlete_id
        and best_effort.sport = raced.sport and best_effort.distance_m = raced.distance_m
        and activity.deleted_at is null
    order by best_effort.elapsed_s, best_effort.achieved_at, best_effort.activity_id
    limit :one
) as fastest
order by fastest.sport, fastest.distance_m
limit :max_rows;
