-- Activities as their athlete sees and edits them.

--: ActivityRow(sub_sport?, device?, distance_m?, ascent_m?, descent_m?, avg_hr_bpm?, max_hr_bpm?, avg_cadence_per_min?, avg_power_w?, energy_kcal?, rpe?, gear?)

-- One page of the list, newest first, from a keyset cursor. Filters that are null do not filter.
-- lane: pipelined
--! list_activities (sport?, is_race?, min_distance_m?, max_distance_m?, min_ascent_m?, max_ascent_m?) : ActivityRow
select
    id, sport, sub_sport, name, start_time, source_format, device, elapsed_s, moving_time_s, distance_m, ascent_m,
    descent_m, avg_hr_bpm, max_hr_bpm, avg_cadence_per_min, avg_power_w, energy_kcal, rpe, gear, is_race, has_track,
    channels @> array['latitude_deg', 'longitude_deg'] as has_positions
from activity
where athlete_id = :athlete_id and deleted_at is null and parent_id is null
    and (start_time, id) < (:before_time, :before_id)
    and start_time <= :before_time
    and start_time >= :since
    and (:sport::text is null or sport = :sport)
    and (:is_race::boolean is null or is_race = :is_race)
    and (:min_distance_m::double precision is null or distance_m >= :min_distance_m)
    and (:max_distance_m::double precision is null or distance_m <= :max_distance_m)
    and (:min_ascent_m::double precision is null or ascent_m >= :min_ascent_m)
    and (:max_ascent_m::double precision is null or ascent_m <= :max_ascent_m)
order by start_time desc, id desc
limit :max_rows;

-- One page by number, in any documented order.
-- tidy: offset, clients that number their pages ask for one of them
--! page_activities (sport?, is_race?, min_distance_m?, max_distance_m?, min_ascent_m?, max_ascent_m?) : ActivityRow
select
    id, sport, sub_sport, name, start_time, source_format, device, elapsed_s, moving_time_s, distance_m, ascent_m,
    descent_m, avg_hr_bpm, max_hr_bpm, avg_cadence_per_min, avg_power_w, energy_kcal, rpe, gear, is_race, has_track,
    channels @> array['latitude_deg', 'longitude_deg'] as has_positions
from activity
where athlete_id = :athlete_id and deleted_at is null and parent_id is null
    and start_time >= :since and start_time <= :until
    and (:sport::text is null or sport = :sport)
    and (:is_race::boolean is null or is_race = :is_race)
    and (:min_distance_m::double precision is null or distance_m >= :min_distance_m)
    and (:max_distance_m::double precision is null or distance_m <= :max_distance_m)
    and (:min_ascent_m::double precision is null or ascent_m >= :min_ascent_m)
    and (:max_ascent_m::double precision is null or ascent_m <= :max_ascent_m)
order by
    case when :sort_by = 'distance_m' and :descending then distance_m end desc nulls last,
    case when :sort_by = 'distance_m' and not :descending then distance_m end asc nulls last,
    case when :sort_by = 'duration_s' and :descending then moving_time_s end desc,
    case when :sort_by = 'duration_s' and not :descending then moving_time_s end asc,
    case when :descending then start_time end desc,
    case when not :descending then start_time end asc,
    id desc
offset :skip_rows
limit :max_rows;

--! count_activities (sport?, is_race?, min_distance_m?, max_distance_m?, min_ascent_m?, max_ascent_m?)
select count(*) as total
from activity
where athlete_id = :athlete_id and deleted_at is null and parent_id is null
    and start_time >= :since and start_time <= :until
    and (:sport::text is null or sport = :sport)
    and (:is_race::boolean is null or is_race = :is_race)
    and (:min_distance_m::double precision is null or distance_m >= :min_distance_m)
    and (:max_distance_m::double precision is null or distance_m <= :max_distance_m)
    and (:min_ascent_m::double precision is null or ascent_m >= :min_ascent_m)
    and (:max_ascent_m::double precision is null or ascent_m <= :max_ascent_m);

-- One activity with what was computed from it, its sources, its legs, and the event that it is a leg of. Its own totals are the device's where
-- stated; what its splits add up to is what the samples say. The channels and the profile say why a load is missing.
-- lane: pipelined
--! find_activity : (parent_id?, sub_sport?, notes?, device?, timer_s?, distance_m?, ascent_m?, descent_m?, avg_hr_bpm?, max_hr_bpm?, avg_cadence_per_min?, avg_power_w?, energy_kcal?, rpe?, gear?, algorithm_version?, inputs_hash?, efficiency_factor?, efficiency_variance?, first_half_ef?, second_half_ef?, decoupling_percent?, efficiency_reasons?, decoupling_reasons?, ngp_m_s?, load?, load_source?, trimp?, computed_at?, sampled_distance_m?, sampled_ascent_m?, sampled_descent_m?, sampled_avg_hr_bpm?, sampled_max_hr_bpm?, sampled_avg_cadence_per_min?, parent?, profile_resting_hr_bpm?, profile_max_hr_bpm?, profile_threshold_hr_bpm?, profile_threshold_pace_s_per_km?, profile_threshold_power_w?)
select
    activity.id, activity.parent_id, activity.sport, activity.sub_sport, activity.name, activity.notes,
    activity.start_time, activity.source_format, activity.device, activity.elapsed_s, activity.moving_time_s,
    activity.timer_s, activity.distance_m, activity.ascent_m, activity.descent_m, activity.avg_hr_bpm,
    activity.max_hr_bpm, activity.avg_cadence_per_min, activity.avg_power_w, activity.energy_kcal, activity.rpe,
    activity.gear, activity.is_race, activity.has_track, activity.updated_at,
    analysis.algorithm_version, analysis.inputs_hash, analysis.efficiency_factor, analysis.efficiency_variance,
    analysis.first_half_ef, analysis.second_half_ef, analysis.decoupling_percent, analysis.efficiency_reasons,
    analysis.decoupling_reasons, analysis.ngp_m_s, analysis.load, analysis.load_source, analysis.trimp, analysis.computed_at,
    sampled.distance_m as sampled_distance_m, sampled.ascent_m as sampled_ascent_m,
    sampled.descent_m as sampled_descent_m, sampled.avg_hr_bpm as sampled_avg_hr_bpm,
    sampled.max_hr_bpm as sampled_max_hr_bpm, sampled.avg_cadence_per_min as sampled_avg_cadence_per_min,
    activity.channels,
    athlete.resting_hr_bpm as profile_resting_hr_bpm, athlete.max_hr_bpm as profile_max_hr_bpm,
    athlete.threshold_hr_bpm as profile_threshold_hr_bpm,
    athlete.threshold_pace_s_per_km as profile_threshold_pace_s_per_km,
    athlete.threshold_power_w as profile_threshold_power_w,
    coalesce((
        select jsonb_agg(
            jsonb_build_object(
                'sha256', encode(source.sha256, 'hex'), 'format', source.format, 'file_name', source.file_name,
                'device', source.device, 'part', source.part, 'device_totals', source.device_totals,
                'warnings', source.warnings, 'is_primary', source.sha256 = activity.primary_sha256)
            order by source.created_at, source.sha256)
        from activity_source as source
        where source.athlete_id = activity.athlete_id and source.activity_id = activity.id
    ), '[]') as sources,
    coalesce((
        select jsonb_agg(
            jsonb_build_object(
                'id', leg.id, 'leg_index', leg.leg_index, 'sport', leg.sport, 'name', leg.name,
                'distance_m', leg.distance_m, 'moving_time_s', leg.moving_time_s, 'elapsed_s', leg.elapsed_s,
                'load_points', of_leg.load, 'load_source', of_leg.load_source)
            order by leg.leg_index)
        from activity as leg
        left join activity_analysis as of_leg
            on of_leg.athlete_id = leg.athlete_id and of_leg.activity_id = leg.id
        where leg.athlete_id = activity.athlete_id and leg.parent_id = activity.id and leg.deleted_at is null
    ), '[]') as legs,
    (
        select jsonb_build_object(
            'id', event.id, 'name', event.name,
            'legs', (
                select jsonb_agg(
                    jsonb_build_object(
                        'id', leg.id, 'leg_index', leg.leg_index, 'sport', leg.sport, 'name', leg.name)
                    order by leg.leg_index)
                from activity as leg
                where leg.athlete_id = event.athlete_id and leg.parent_id = event.id and leg.deleted_at is null))
        from activity as event
        where event.athlete_id = activity.athlete_id and event.id = activity.parent_id and event.deleted_at is null
    ) as parent
from activity
join athlete on athlete.id = activity.athlete_id
left join activity_analysis as analysis
    on analysis.athlete_id = activity.athlete_id and analysis.activity_id = activity.id
left join lateral (
    select
        sum(split.distance_m) as distance_m, sum(split.ascent_m) as ascent_m, sum(split.descent_m) as descent_m,
        sum(split.avg_hr_bpm * split.moving_time_s)
            / nullif(sum(split.moving_time_s) filter (where split.avg_hr_bpm is not null), 0) as avg_hr_bpm,
        max(split.max_hr_bpm) as max_hr_bpm,
        sum(split.avg_cadence_per_min * split.moving_time_s)
            / nullif(sum(split.moving_time_s) filter (where split.avg_cadence_per_min is not null), 0)
            as avg_cadence_per_min
    from activity_split as split
    where split.athlete_id = activity.athlete_id and split.activity_id = activity.id and split.kind = 'km'
) as sampled on true
where activity.athlete_id = :athlete_id and activity.id = :id and activity.deleted_at is null;

-- lane: pipelined
--! list_splits : (distance_m?, avg_hr_bpm?, max_hr_bpm?, avg_cadence_per_min?, ascent_m?, descent_m?, gap_s_per_km?)
select
    split.split_number, split.start_s, split.distance_m, split.elapsed_s, split.moving_time_s, split.avg_hr_bpm,
    split.max_hr_bpm, split.avg_cadence_per_min, split.ascent_m, split.descent_m, split.gap_s_per_km, split.is_partial
from activity_split as split
join activity on activity.athlete_id = split.athlete_id and activity.id = split.activity_id
where split.athlete_id = :athlete_id and split.activity_id = :activity_id and split.kind = :kind
    and activity.deleted_at is null
order by split.split_number
limit :max_rows;

-- lane: pipelined
--! activity_exists
select exists (
    select from activity where athlete_id = :athlete_id and id = :id and deleted_at is null
) as present;

-- What was recorded of an activity, and which month holds it.
-- lane: pipelined
--! find_recorded
select start_time, channels from activity where athlete_id = :athlete_id and id = :id and deleted_at is null;

--! find_stream
select stream.data
from activity_stream as stream
where stream.athlete_id = :athlete_id and stream.activity_id = :activity_id and stream.start_time = :start_time;

-- The fastest stretches of one activity. One is the personal best when no activity that is there holds one that comes
-- before it in the order of personal_bests: faster, else as fast and earlier.
-- lane: pipelined
--! find_best_efforts
select
    effort.distance_m, effort.elapsed_s, effort.start_s, effort.achieved_at,
    not exists (
        select from best_effort as other
        join activity as holder on holder.athlete_id = other.athlete_id and holder.id = other.activity_id
        where other.athlete_id = effort.athlete_id and other.sport = effort.sport
            and other.distance_m = effort.distance_m and holder.deleted_at is null
            and (other.elapsed_s, other.achieved_at, other.activity_id)
                < (effort.elapsed_s, effort.achieved_at, effort.activity_id)
    ) as is_personal_best
from best_effort as effort
join activity on activity.athlete_id = effort.athlete_id and activity.id = effort.activity_id
where effort.athlete_id = :athlete_id and effort.activity_id = :activity_id and activity.deleted_at is null
order by effort.distance_m
limit :max_rows;

-- The bytes of one source; without a hash, of the primary one.
--! find_file (sha256?)
select original.format, original.file_name, original.size_bytes, original.content
from activity_source as source
join activity on activity.athlete_id = source.athlete_id and activity.id = source.activity_id
join original on original.athlete_id = source.athlete_id and original.sha256 = source.sha256
where source.athlete_id = :athlete_id and source.activity_id = :activity_id and activity.deleted_at is null
    and source.sha256 = coalesce(:sha256, activity.primary_sha256)
limit :max_rows;

-- What the athlete may edit, locked so that two edits at once are one after the other.
--! lock_editable : (notes?, rpe?)
select name, sport, notes, is_race, rpe, moving_time_s, edited
from activity
where athlete_id = :athlete_id and id = :id and deleted_at is null
for no key update;

--! update_edited (notes?, rpe?)
update activity
set
    name = :name, sport = :sport, notes = :notes, is_race = :is_race, rpe = :rpe, edited = :edited, updated_at = :now
where athlete_id = :athlete_id and id = :id and deleted_at is null;

-- An effort rating gives a load only where nothing better did.
--! update_rpe_load (load?, load_source?)
update activity_analysis
set load = :load, load_source = :load_source, computed_at = :now
where athlete_id = :athlete_id and activity_id = :activity_id and (load_source is null or load_source = 'rpe');

-- A parent takes its legs with it.
--! delete_activity
update activity
set deleted_at = :now, updated_at = :now
where athlete_id = :athlete_id and (id = :id or parent_id = :id) and deleted_at is null;

-- What was deleted together comes back together; a leg that was deleted before its parent stays deleted, and a leg
-- alone needs a parent that is there.
--! restore_activity
update activity
set deleted_at = null, updated_at = :now
from activity as chosen
where chosen.athlete_id = :athlete_id and chosen.id = :id and chosen.deleted_at > :not_before
    and (chosen.parent_id is null or exists (
        select from activity as parent
        where parent.athlete_id = chosen.athlete_id and parent.id = chosen.parent_id and parent.deleted_at is null))
    and activity.athlete_id = chosen.athlete_id and activity.deleted_at = chosen.deleted_at
    and (activity.id = chosen.id or activity.parent_id = chosen.id);

-- What can come back, what went last first, from a keyset cursor. A leg that went with its event comes back with it and
-- is not told apart; one that went before it waits until the event is there.
--! list_deleted : (distance_m?)
select
    activity.id, activity.sport, activity.name, activity.start_time, activity.moving_time_s, activity.distance_m,
    activity.deleted_at
from activity
where activity.athlete_id = :athlete_id
    and activity.deleted_at > :not_before
    and (activity.deleted_at, activity.id) < (:before_time, :before_id)
    and activity.deleted_at <= :before_time
    and (activity.parent_id is null or exists (
        select from activity as parent
        where parent.athlete_id = activity.athlete_id and parent.id = activity.parent_id and parent.deleted_at is null))
order by activity.deleted_at desc, activity.id desc
limit :max_rows;

-- The event that an activity is a leg of.
--! find_parent : (parent_id?)
select parent_id from activity where athlete_id = :athlete_id and id = :id;

-- An event whose last leg was deleted goes with it.
--! delete_empty_parent
update activity
set deleted_at = :now, updated_at = :now
where activity.athlete_id = :athlete_id and activity.id = :parent_id and activity.deleted_at is null
    and not exists (
        select from activity as leg
        where leg.athlete_id = :athlete_id and leg.parent_id = :parent_id and leg.deleted_at is null);

-- An activity entered by hand: no file, no track, and the one duration is elapsed and moving time alike.
--! insert_manual (notes?, distance_m?, avg_hr_bpm?, max_hr_bpm?, rpe?)
insert into activity
    (athlete_id, id, sport, name, notes, start_time, end_time, source_format, elapsed_s, moving_time_s, distance_m,
    avg_hr_bpm, max_hr_bpm, rpe, is_race, has_track, edited, created_at, updated_at)
values
    (:athlete_id, :id, :sport, :name, :notes, :start_time, :end_time, 'manual', :duration_s, :duration_s, :distance_m,
    :avg_hr_bpm, :max_hr_bpm, :rpe, :is_race, false, :edited, :now, :now);

--! insert_manual_analysis (load?, load_source?)
insert into activity_analysis
    (athlete_id, activity_id, algorithm_version, inputs_hash, efficiency_reasons, decoupling_reasons, load,
    load_source, computed_at)
values
    (:athlete_id, :activity_id, :algorithm_version, :inputs_hash, :reasons, :reasons, :load, :load_source, :now);

-- Totals by sport in a span of time; the database adds up, whatever the number of activities. The legs of a
-- multisport event count as what they are; the event itself and the changes between its legs do not.
--! summarise
select
    sport, count(*) as activities, coalesce(sum(distance_m), 0)::double precision as distance_m,
    coalesce(sum(moving_time_s), 0)::double precision as moving_time_s,
    coalesce(sum(moving_time_s) filter (where distance_m > 0), 0)::double precision as moving_time_with_distance_s,
    coalesce(sum(ascent_m), 0)::double precision as ascent_m,
    count(*) filter (where is_race) as races
from activity
where athlete_id = :athlete_id and deleted_at is null and sport not in ('multisport', 'transition')
    and start_time >= :since and start_time < :until
group by sport
order by sport
limit :max_rows;
