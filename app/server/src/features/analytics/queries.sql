-- What many activities say together. Each view reads its rows in one statement, whatever their number.

-- Every run in a span of time with its efficiency or the reasons why it has none, the newest first, and the
-- threshold that sorts it into easy, moderate and hard.
--! efficiency_runs : (distance_m?, avg_hr_bpm?, threshold_hr_bpm?, efficiency_factor?, first_half_ef?, second_half_ef?, decoupling_percent?, efficiency_reasons?)
select
    activity.id, activity.start_time, activity.distance_m, activity.moving_time_s, activity.avg_hr_bpm,
    activity.is_race, athlete.threshold_hr_bpm, analysis.efficiency_factor, analysis.first_half_ef,
    analysis.second_half_ef, analysis.decoupling_percent, analysis.efficiency_reasons
from activity
join athlete on athlete.id = activity.athlete_id
left join activity_analysis as analysis
    on analysis.athlete_id = activity.athlete_id and analysis.activity_id = activity.id
where activity.athlete_id = :athlete_id and activity.deleted_at is null and activity.sport = 'run'
    and activity.start_time >= :since and activity.start_time < :until
order by activity.start_time desc, activity.id desc
limit :max_rows;

-- The load and volume of every activity in a span of time, the newest first. A multisport event counts by its legs.
--! load_points : (distance_m?, load?, load_source?)
select
    activity.sport, activity.start_time, activity.distance_m, activity.moving_time_s, analysis.load,
    analysis.load_source
from activity
left join activity_analysis as analysis
    on analysis.athlete_id = activity.athlete_id and analysis.activity_id = activity.id
where activity.athlete_id = :athlete_id and activity.deleted_at is null and activity.sport <> 'multisport'
    and activity.start_time >= :since and activity.start_time < :until
order by activity.start_time desc, activity.id desc
limit :max_rows;
