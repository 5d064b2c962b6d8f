-- Imports and their reports, and everything one imported file writes.

--! insert_upload (alive_until?)
insert into upload (athlete_id, id, origin, created_at, alive_until)
values (:athlete_id, :id, :origin, :now, :alive_until);

-- The command line that writes this upload still lives; a time in the past says that it stopped.
--! set_upload_alive
update upload
set alive_until = :until
where athlete_id = :athlete_id and id = :upload_id and finished_at is null and alive_until is not null;

-- No further files of it come; nobody need live for it any more.
--! set_upload_whole
update upload
set alive_until = null
where athlete_id = :athlete_id and id = :upload_id;

--! insert_pending_file (job_id?)
insert into upload_file
    (athlete_id, upload_id, position, file_name, size_bytes, hints, pending_content, outcome, job_id)
values (:athlete_id, :upload_id, :position, :file_name, :size_bytes, :hints, :content, 'pending', :job_id);

-- A file that never became pending: read and decided in one go by the command line, or refused at the door.
--! insert_decided_file (activity_id?, reason?, message?)
insert into upload_file
    (athlete_id, upload_id, position, file_name, size_bytes, hints, outcome, activity_id, reason, message, warnings,
    finished_at)
values
    (:athlete_id, :upload_id, :position, :file_name, :size_bytes, :hints, :outcome, :activity_id, :reason, :message,
    :warnings, :now);

-- A file whose bytes are here, for its job.
--! find_waiting_file
select file_name, hints, pending_content as content
from upload_file
where athlete_id = :athlete_id and upload_id = :upload_id and position = :position and pending_content is not null;

-- A file whose bytes are here gets its outcome, and its upload ends with the last one. False: somebody else has decided it
-- meanwhile. An upload whose files still come ends when they have come. The bytes of those that are worth another attempt stay. The caller holds the athlete's lock, so that of two last
-- files the later one sees the earlier. With `of_job` only while it waits for this job.
--! decide_waiting_file (activity_id?, reason?, message?, of_job?)
with
    decided as (
        update upload_file
        set
            outcome = :outcome, activity_id = :activity_id, reason = :reason, message = :message,
            warnings = :warnings, leased_until = null, finished_at = :now,
            pending_content = case when :keeps_content::boolean then upload_file.pending_content end
        where upload_file.athlete_id = :athlete_id and upload_file.upload_id = :upload_id
            and upload_file.position = :position and upload_file.pending_content is not null
            and (:of_job::uuid is null or upload_file.outcome = 'pending' and upload_file.job_id = :of_job)
        returning upload_file.position
    ),
    finished as (
        update upload
        set finished_at = :now
        where upload.athlete_id = :athlete_id and upload.id = :upload_id and upload.finished_at is null
            and upload.alive_until is null and exists (select from decided)
            and not exists (
                select from upload_file as other
                where other.athlete_id = :athlete_id and other.upload_id = :upload_id
                    and other.outcome = 'pending' and other.position <> :position)
    )
select exists (select from decided) as is_ours;

-- A refused file whose bytes are here waits again, with another job. The caller holds the athlete's lock.
--! retry_file (job_id?)
with
    again as (
        update upload_file
        set
            outcome = 'pending', reason = null, message = null, activity_id = null, warnings = '[]',
            finished_at = null, attempts = 0, job_id = :job_id
        where upload_file.athlete_id = :athlete_id and upload_file.upload_id = :upload_id
            and upload_file.position = :position and upload_file.outcome = 'refused'
            and upload_file.pending_content is not null
        returning upload_file.position
    ),
    unfinished as (
        update upload
        set finished_at = null
        where upload.athlete_id = :athlete_id and upload.id = :upload_id and exists (select from again)
    )
select exists (select from again) as waits_again;

-- Another job of a file that waits, if it still has the one that was seen.
--! set_file_job (seen?)
update upload_file
set job_id = :job_id
where athlete_id = :athlete_id and upload_id = :upload_id and position = :position and outcome = 'pending'
    and job_id is not distinct from :seen;

-- How many files of an athlete wait, so many at the most.
--! count_pending_files
select count(*) as pending
from (
    select from upload_file
    where athlete_id = :athlete_id and outcome = 'pending'
    limit :max_rows
) as waiting;

-- Files that wait, a page in the order of upload_file_waiting_idx, with the jobs that they had when they were asked for.
-- What a process of the former release works on is left to it until its lease has passed.
-- tidy: all athletes, one look for everybody's files
--! list_pending_files : (job_id?)
select athlete_id, upload_id, position, job_id
from upload_file
where outcome = 'pending'
    and (athlete_id, upload_id, position) > (:after_athlete_id, :after_upload_id, :after_position)
    and (leased_until is null or leased_until <= :now)
order by athlete_id, upload_id, position
limit :max_rows;

-- Bytes that were kept for another attempt and were not asked for.
-- tidy: all athletes, housekeeping
--! forget_kept_content
with
    old as (
        select upload_file.athlete_id, upload_file.upload_id, upload_file.position
        from upload_file
        where upload_file.outcome <> 'pending' and upload_file.pending_content is not null
            and upload_file.finished_at <= :before
        order by upload_file.finished_at
        limit :max_rows
        for update skip locked
    )
update upload_file
set pending_content = null
from old
where upload_file.athlete_id = old.athlete_id and upload_file.upload_id = old.upload_id
    and upload_file.position = old.position and upload_file.outcome <> 'pending';

--! finish_upload
update upload
set finished_at = :now
where athlete_id = :athlete_id and id = :upload_id and finished_at is null
    and not exists (
        select from upload_file
        where upload_file.athlete_id = :athlete_id and upload_file.upload_id = :upload_id
            and upload_file.outcome = 'pending');

--: UploadRow(finished_at?, alive_until?)

-- lane: pipelined
--! find_upload : UploadRow
select
    upload.id, upload.origin, upload.created_at, upload.finished_at, upload.alive_until,
    count(upload_file.position) as files,
    count(*) filter (where upload_file.outcome = 'pending') as pending,
    count(*) filter (where upload_file.outcome = 'imported') as imported,
    count(*) filter (where upload_file.outcome = 'merged') as merged,
    count(*) filter (where upload_file.outcome = 'duplicate') as duplicates,
    count(*) filter (where upload_file.outcome = 'refused') as refused
from upload
left join upload_file on upload_file.athlete_id = upload.athlete_id and upload_file.upload_id = upload.id
where upload.athlete_id = :athlete_id and upload.id = :upload_id
group by upload.athlete_id, upload.id;

-- The files of one page of uploads are counted, not those of all.
--! list_uploads : UploadRow
select
    upload.id, upload.origin, upload.created_at, upload.finished_at, upload.alive_until,
    counted.files, counted.pending, counted.imported, counted.merged, counted.duplicates, counted.refused
from (
    select athlete_id, id, origin, created_at, finished_at, alive_until
    from upload
    where athlete_id = :athlete_id and (created_at, id) < (:before_time, :before_id)
    order by created_at desc, id desc
    limit :max_rows
) as upload
cross join lateral (
    select
        count(*) as files,
        count(*) filter (where upload_file.outcome = 'pending') as pending,
        count(*) filter (where upload_file.outcome = 'imported') as imported,
        count(*) filter (where upload_file.outcome = 'merged') as merged,
        count(*) filter (where upload_file.outcome = 'duplicate') as duplicates,
        count(*) filter (where upload_file.outcome = 'refused') as refused
    from upload_file
    where upload_file.athlete_id = upload.athlete_id and upload_file.upload_id = upload.id
) as counted
order by upload.created_at desc, upload.id desc;

-- lane: pipelined
--! list_upload_files (outcome?) : (activity_id?, reason?, message?, finished_at?)
select
    position, file_name, size_bytes, outcome, activity_id, reason, message, warnings, finished_at,
    outcome = 'refused' and pending_content is not null as can_retry
from upload_file
where athlete_id = :athlete_id and upload_id = :upload_id and position > :after_position
    and (:outcome::text is null or outcome = :outcome)
order by position
limit :max_rows;

-- A file of earlier imports from one origin, the newest import first.
--! find_file_of_origin
select upload_file.file_name
from upload
join upload_file on upload_file.athlete_id = upload.athlete_id and upload_file.upload_id = upload.id
where upload.athlete_id = :athlete_id and upload.origin = :origin
    and starts_with(upload_file.file_name, :beginning)
order by upload.created_at desc
limit :max_rows;

-- Whether an import from one origin came to its end and had such a file.
--! has_finished_import
select exists (
    select from upload
    where upload.athlete_id = :athlete_id and upload.origin = :origin and upload.finished_at is not null
        and exists (
            select from upload_file
            where upload_file.athlete_id = upload.athlete_id and upload_file.upload_id = upload.id
                and starts_with(upload_file.file_name, :beginning)
        )
) as has_finished;

-- One import at a time per athlete, so that two files of one session cannot both be new.
--! lock_athlete
select id
from athlete
where id = :athlete_id
for no key update;

-- What analyses need of the athlete.
-- lane: pipelined
--! find_owner : (sex?, resting_hr_bpm?, max_hr_bpm?, threshold_hr_bpm?, threshold_pace_s_per_km?, threshold_power_w?)
select
    timezone, sex, resting_hr_bpm, max_hr_bpm, threshold_hr_bpm, threshold_pace_s_per_km, threshold_power_w
from athlete
where id = :athlete_id;

-- Where the bytes are already known from; a deleted activity's bytes too. One that was deleted too long ago to come
-- back is named first: it has to go before its bytes can come in again.
--! find_source_activities : (parent_id?)
select
    activity_source.activity_id, activity_source.part, activity.parent_id, activity.name,
    activity.deleted_at is not null as is_deleted,
    coalesce(activity.deleted_at <= :deleted_before, false) as is_expired
from activity_source
join activity on activity.athlete_id = activity_source.athlete_id and activity.id = activity_source.activity_id
where activity_source.athlete_id = :athlete_id and activity_source.sha256 = :sha256
order by is_expired desc, is_deleted, activity_source.part
limit :max_rows;

-- Athletes with activities that were deleted too long ago to come back.
-- tidy: all athletes, housekeeping
--! list_athletes_with_expired
select distinct athlete_id
from activity
where deleted_at <= :deleted_before
order by athlete_id
limit :max_rows;

--! purge_expired
delete from activity where athlete_id = :athlete_id and deleted_at <= :deleted_before;

-- Bytes that no activity names any more. Needs the athlete's lock: an import that is under way may be about to name
-- them.
--! purge_originals
delete from original
where original.athlete_id = :athlete_id
    and not exists (
        select from activity_source
        where activity_source.athlete_id = original.athlete_id and activity_source.sha256 = original.sha256)
    and not exists (
        select from activity
        where activity.athlete_id = original.athlete_id and activity.primary_sha256 = original.sha256);

--: AnalysedRow()
--: SourceRow(parent_id?, distance_m?, sha256?)

-- What an incoming session could be another source of: every source, and every manual entry, that overlaps it.
--! find_overlapping_sources : SourceRow
select
    source.activity_id, activity.parent_id, activity.name, source.sport, source.start_time, source.end_time,
    source.distance_m, source.format, source.sha256, source.part
from activity_source as source
join activity on activity.athlete_id = source.athlete_id and activity.id = source.activity_id
where source.athlete_id = :athlete_id and source.start_time <= :until and source.end_time >= :since
    and activity.deleted_at is null
union all
select
    activity.id, activity.parent_id, activity.name, activity.sport, activity.start_time, activity.end_time,
    activity.distance_m, activity.source_format, null, 0
from activity
where activity.athlete_id = :athlete_id and activity.start_time <= :until and activity.end_time >= :since
    and activity.deleted_at is null and activity.source_format = 'manual'
limit :max_rows;

-- Every source of an activity and of its legs, and itself if it was entered by hand, deleted or not.
--! list_sources_of : SourceRow
select
    source.activity_id, activity.parent_id, activity.name, source.sport, source.start_time, source.end_time,
    source.distance_m, source.format, source.sha256, source.part
from activity_source as source
join activity on activity.athlete_id = source.athlete_id and activity.id = source.activity_id
where source.athlete_id = :athlete_id and (activity.id = :activity_id or activity.parent_id = :activity_id)
union all
select
    activity.id, activity.parent_id, activity.name, activity.sport, activity.start_time, activity.end_time,
    activity.distance_m, activity.source_format, null, 0
from activity
where activity.athlete_id = :athlete_id and activity.id = :activity_id and activity.source_format = 'manual'
limit :max_rows;

-- What the athlete sees of an activity that another source joins, locked for the change that follows.
--! find_standing : (notes?, gear?, rpe?)
select sport, name, notes, gear, rpe, edited
from activity
where athlete_id = :athlete_id and id = :activity_id
for no key update;

-- What another source adds to what the athlete sees.
--! update_standing (notes?, gear?, rpe?)
update activity
set sport = :sport, name = :name, notes = :notes, gear = :gear, rpe = :rpe, updated_at = :now
where athlete_id = :athlete_id and id = :activity_id;

-- An event is the sum of its legs that are there; its mean heart rate is theirs, by time.
--! refresh_parent
update activity
set
    start_time = legs.start_time, end_time = legs.end_time,
    elapsed_s = least(
        greatest(extract(epoch from legs.end_time - legs.start_time), legs.moving_time_s), 2678400),
    moving_time_s = legs.moving_time_s, timer_s = legs.timer_s, distance_m = legs.distance_m,
    ascent_m = legs.ascent_m, descent_m = legs.descent_m, avg_hr_bpm = legs.avg_hr_bpm,
    max_hr_bpm = legs.max_hr_bpm, energy_kcal = legs.energy_kcal, updated_at = :now
from (
    select
        min(leg.start_time) as start_time, max(leg.end_time) as end_time,
        least(sum(leg.moving_time_s), 2678400) as moving_time_s, sum(leg.timer_s) as timer_s,
        sum(leg.distance_m) as distance_m, sum(leg.ascent_m) as ascent_m, sum(leg.descent_m) as descent_m,
        sum(leg.avg_hr_bpm * leg.moving_time_s)
            / nullif(sum(leg.moving_time_s) filter (where leg.avg_hr_bpm is not null), 0) as avg_hr_bpm,
        max(leg.max_hr_bpm) as max_hr_bpm, sum(leg.energy_kcal) as energy_kcal
    from activity as leg
    where leg.athlete_id = :athlete_id and leg.parent_id = :parent_id and leg.deleted_at is null
    having count(*) > 0
) as legs
where activity.athlete_id = :athlete_id and activity.id = :parent_id;

-- A session that was on its own turns out to be a leg.
--! adopt_leg
update activity
set parent_id = :parent_id, leg_index = :leg_index, updated_at = :now
where athlete_id = :athlete_id and id = :id and parent_id is null;

--! insert_original
insert into original (athlete_id, sha256, format, file_name, size_bytes, content, created_at)
values (:athlete_id, :sha256, :format, :file_name, :size_bytes, :content, :now)
on conflict (athlete_id, sha256) do nothing;

--! insert_source (device?, distance_m?)
insert into activity_source
    (athlete_id, activity_id, sha256, part, format, file_name, device, sport, start_time, end_time, distance_m,
    device_totals, warnings, created_at)
values
    (:athlete_id, :activity_id, :sha256, :part, :format, :file_name, :device, :sport, :start_time, :end_time,
    :distance_m, :device_totals, :warnings, :now)
on conflict (athlete_id, activity_id, sha256, part) do nothing;

--! insert_activity (parent_id?, leg_index?, sub_sport?, notes?, primary_sha256?, device?, timer_s?, distance_m?, ascent_m?, descent_m?, avg_hr_bpm?, max_hr_bpm?, avg_cadence_per_min?, avg_power_w?, energy_kcal?, rpe?, gear?)
insert into activity
    (athlete_id, id, parent_id, leg_index, sport, sub_sport, name, notes, start_time, end_time, source_format,
    primary_sha256, device, elapsed_s, moving_time_s, timer_s, distance_m, ascent_m, descent_m, avg_hr_bpm,
    max_hr_bpm, avg_cadence_per_min, avg_power_w, energy_kcal, rpe, gear, is_race, has_track, channels, created_at,
    updated_at)
values
    (:athlete_id, :id, :parent_id, :leg_index, :sport, :sub_sport, :name, :notes, :start_time, :end_time,
    :source_format, :primary_sha256, :device, :elapsed_s, :moving_time_s, :timer_s, :distance_m, :ascent_m,
    :descent_m, :avg_hr_bpm, :max_hr_bpm, :avg_cadence_per_min, :avg_power_w, :energy_kcal, :rpe, :gear, :is_race,
    :has_track, :channels, :now, :now);

-- A better source takes over, or a newer version computes again: what was measured and computed changes, what the
-- athlete wrote stays. A start that changes takes the samples along, into another month if need be.
--! update_measured (sub_sport?, primary_sha256?, device?, timer_s?, distance_m?, ascent_m?, descent_m?, avg_hr_bpm?, max_hr_bpm?, avg_cadence_per_min?, avg_power_w?, energy_kcal?)
update activity
set
    sub_sport = :sub_sport, start_time = :start_time, end_time = :end_time, source_format = :source_format,
    primary_sha256 = :primary_sha256, device = :device, elapsed_s = :elapsed_s, moving_time_s = :moving_time_s,
    timer_s = :timer_s, distance_m = :distance_m, ascent_m = :ascent_m, descent_m = :descent_m,
    avg_hr_bpm = :avg_hr_bpm, max_hr_bpm = :max_hr_bpm, avg_cadence_per_min = :avg_cadence_per_min,
    avg_power_w = :avg_power_w, energy_kcal = :energy_kcal,
    has_track = :has_track, channels = :channels, updated_at = :now
where athlete_id = :athlete_id and id = :id;

--! delete_computed
with
    gone_splits as (
        delete from activity_split
        where activity_split.athlete_id = :athlete_id and activity_split.activity_id = :activity_id
    ),
    gone_efforts as (
        delete from best_effort where best_effort.athlete_id = :athlete_id and best_effort.activity_id = :activity_id
    ),
    gone_stream as (
        delete from activity_stream
        where activity_stream.athlete_id = :athlete_id and activity_stream.activity_id = :activity_id
            and activity_stream.start_time = :start_time
    )
delete from activity_analysis
where activity_analysis.athlete_id = :athlete_id and activity_analysis.activity_id = :activity_id;

--! insert_stream
insert into activity_stream (athlete_id, activity_id, start_time, samples, channels, data)
values (:athlete_id, :activity_id, :start_time, :samples, :channels, :data);

-- All splits of an activity in one statement: one array a column.
--! insert_splits
insert into activity_split
    (athlete_id, activity_id, kind, split_number, start_s, distance_m, elapsed_s, moving_time_s, avg_hr_bpm,
    max_hr_bpm, avg_cadence_per_min, ascent_m, descent_m, gap_s_per_km, is_partial)
select
    :athlete_id::uuid, :activity_id::uuid, split.kind, split.split_number, split.start_s,
    nullif(split.distance_m, 'NaN'), split.elapsed_s, split.moving_time_s, nullif(split.avg_hr_bpm, 'NaN'),
    nullif(split.max_hr_bpm, 'NaN'), nullif(split.avg_cadence_per_min, 'NaN'), nullif(split.ascent_m, 'NaN'),
    nullif(split.descent_m, 'NaN'), nullif(split.gap_s_per_km, 'NaN'), split.is_partial
from unnest(
    :kinds::text[], :split_numbers::int[], :starts_s::double precision[], :distances_m::double precision[],
    :elapsed_s::double precision[], :moving_times_s::double precision[], :avg_hrs_bpm::double precision[],
    :max_hrs_bpm::double precision[], :avg_cadences_per_min::double precision[], :ascents_m::double precision[],
    :descents_m::double precision[], :gaps_s_per_km::double precision[], :are_partial::boolean[]
) as split (
    kind, split_number, start_s, distance_m, elapsed_s, moving_time_s, avg_hr_bpm, max_hr_bpm, avg_cadence_per_min,
    ascent_m, descent_m, gap_s_per_km, is_partial
);

--! insert_best_efforts
insert into best_effort (athlete_id, activity_id, distance_m, sport, elapsed_s, start_s, achieved_at)
select
    :athlete_id::uuid, :activity_id::uuid, effort.distance_m, :sport::text, effort.elapsed_s, effort.start_s,
    :start_time::timestamptz + make_interval(secs => effort.start_s)
from unnest(:distances_m::double precision[], :elapsed_s::double precision[], :starts_s::double precision[])
    as effort (distance_m, elapsed_s, start_s);

--! insert_analysis (efficiency_factor?, efficiency_variance?, first_half_ef?, second_half_ef?, decoupling_percent?, ngp_m_s?, load?, load_source?, trimp?)
insert into activity_analysis
    (athlete_id, activity_id, algorithm_version, inputs_hash, efficiency_factor, efficiency_variance, first_half_ef,
    second_half_ef, decoupling_percent, efficiency_reasons, decoupling_reasons, ngp_m_s, load, load_source, trimp,
    computed_at)
values
    (:athlete_id, :activity_id, :algorithm_version, :inputs_hash, :efficiency_factor, :efficiency_variance,
    :first_half_ef, :second_half_ef, :decoupling_percent, :efficiency_reasons, :decoupling_reasons, :ngp_m_s, :load, :load_source,
    :trimp, :now);

-- Activities whose analysis is older than this version, a page at a time in the order of activity_analysis_outdated_idx,
-- so that looking costs nothing where there are none; without those that this version could not compute either.
-- Whatever has an original has an analysis: an import writes both.
-- tidy: all athletes, a new version outdates everybody's
--! list_outdated : AnalysedRow
select activity_analysis.athlete_id, activity_analysis.activity_id as id, activity_analysis.algorithm_version
from activity_analysis
join activity on activity.athlete_id = activity_analysis.athlete_id and activity.id = activity_analysis.activity_id
where
    (activity_analysis.algorithm_version, activity_analysis.athlete_id, activity_analysis.activity_id)
        > (:after_version, :after_athlete_id, :after_id)
    and activity_analysis.algorithm_version < :version
    and coalesce(activity_analysis.failed_version, 0) < :version
    and activity.primary_sha256 is not null
order by activity_analysis.algorithm_version, activity_analysis.athlete_id, activity_analysis.activity_id
limit :max_rows;

-- Those of one athlete whose inputs have changed, the same way.
--! list_changed : AnalysedRow
select activity_analysis.athlete_id, activity_analysis.activity_id as id, activity_analysis.algorithm_version
from activity_analysis
join activity on activity.athlete_id = activity_analysis.athlete_id and activity.id = activity_analysis.activity_id
where activity_analysis.algorithm_version = 0 and activity_analysis.athlete_id = :athlete_id
    and activity_analysis.activity_id > :after_id
    and coalesce(activity_analysis.failed_version, 0) < :version
    and activity.primary_sha256 is not null
order by activity_analysis.activity_id
limit :max_rows;

--! count_changed
select count(*) as changed
from activity_analysis
join activity on activity.athlete_id = activity_analysis.athlete_id and activity.id = activity_analysis.activity_id
where activity_analysis.algorithm_version = 0 and activity_analysis.athlete_id = :athlete_id
    and coalesce(activity_analysis.failed_version, 0) < :version
    and activity.primary_sha256 is not null;

-- tidy: all athletes, a new version outdates everybody's
--! count_outdated
select count(*) as outdated
from activity_analysis
join activity on activity.athlete_id = activity_analysis.athlete_id and activity.id = activity_analysis.activity_id
where activity_analysis.algorithm_version < :version and coalesce(activity_analysis.failed_version, 0) < :version
    and activity.primary_sha256 is not null;

-- Every activity that was computed from an original, a page at a time.
-- tidy: all athletes, the command computes everybody's again
--! list_analysed : AnalysedRow
select activity_analysis.athlete_id, activity_analysis.activity_id as id, activity_analysis.algorithm_version
from activity_analysis
join activity on activity.athlete_id = activity_analysis.athlete_id and activity.id = activity_analysis.activity_id
where (activity_analysis.athlete_id, activity_analysis.activity_id) > (:after_athlete_id, :after_id)
    and activity.primary_sha256 is not null
order by activity_analysis.athlete_id, activity_analysis.activity_id
limit :max_rows;

-- tidy: all athletes, the command computes everybody's again
--! count_analysed
select count(*) as analysed
from activity_analysis
join activity on activity.athlete_id = activity_analysis.athlete_id and activity.id = activity_analysis.activity_id
where activity.primary_sha256 is not null;

-- Whether an activity is still to be computed for this version: another job may have done it, or given it up. The caller
-- holds the athlete's lock.
--! is_outdated
select exists (
    select from activity_analysis
    where athlete_id = :athlete_id and activity_id = :activity_id and algorithm_version < :version
        and coalesce(failed_version, 0) < :version
) as is_outdated;

--! set_failed_version
update activity_analysis
set failed_version = :version
where athlete_id = :athlete_id and activity_id = :activity_id;

-- The bytes and the leg that an activity is computed from, locked for the update that follows.
--! find_primary_source : (parent_id?, rpe?, device?)
select
    activity.parent_id, activity.sport, activity.rpe, original.sha256, original.content, activity_source.format, activity_source.device,
    activity_source.part
from activity
join original on original.athlete_id = activity.athlete_id and original.sha256 = activity.primary_sha256
join activity_source
    on activity_source.athlete_id = activity.athlete_id and activity_source.activity_id = activity.id
    and activity_source.sha256 = activity.primary_sha256
where activity.athlete_id = :athlete_id and activity.id = :activity_id
order by activity_source.part
limit :max_rows
for no key update of activity;
