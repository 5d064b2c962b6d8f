-- Training: the files as they came, the activities they describe, and what was computed from them.

-- The bytes of a source, once per athlete, compressed. Everything else here can be computed from it again.
create table original (
    athlete_id uuid not null,
    -- SHA-256 of the uncompressed bytes: an exact repeat is the same row.
    sha256 bytea not null,
    format text not null,
    file_name text not null,
    size_bytes bigint not null,
    -- zstd.
    content bytea not null,
    created_at timestamptz not null,
    constraint original_pkey primary key (athlete_id, sha256),
    constraint original_sha256_length check (length(sha256) = 32),
    constraint original_format_known check (format in ('fit', 'tcx', 'gpx')),
    constraint original_size_positive check (size_bytes > 0),
    constraint original_athlete_fkey foreign key (athlete_id) references athlete (id) on delete cascade
);
-- Already compressed: a second compression by the database only costs.
alter table original alter column content set storage external;

-- One session of training, or the parent of a multisport event whose legs name it as parent_id.
create table activity (
    athlete_id uuid not null,
    id uuid not null,
    parent_id uuid,
    leg_index smallint,
    sport text not null,
    sub_sport text,
    name text not null,
    notes text,
    start_time timestamptz not null,
    end_time timestamptz not null,
    -- The best source, by trust: fit, tcx, gpx, manual.
    source_format text not null,
    -- The leg of the primary source that this activity is; null for a parent or a manual entry.
    primary_sha256 bytea,
    device text,
    elapsed_s double precision not null,
    moving_time_s double precision not null,
    timer_s double precision,
    distance_m double precision,
    ascent_m double precision,
    descent_m double precision,
    avg_hr_bpm double precision,
    max_hr_bpm double precision,
    avg_cadence_per_min double precision,
    avg_power_w double precision,
    energy_kcal double precision,
    rpe double precision,
    gear text,
    is_race boolean not null default false,
    has_track boolean not null default false,
    -- Deleted by the athlete; purged after thirty days, until then it can come back.
    deleted_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint activity_pkey primary key (athlete_id, id),
    constraint activity_athlete_fkey foreign key (athlete_id) references athlete (id) on delete cascade,
    constraint activity_parent_fkey
        foreign key (athlete_id, parent_id) references activity (athlete_id, id) on delete cascade,
    constraint activity_original_fkey
        foreign key (athlete_id, primary_sha256) references original (athlete_id, sha256),
    constraint activity_sport_known check (sport in (
        'run', 'cycling', 'walking', 'hiking', 'swimming', 'rowing', 'strength', 'flexibility', 'transition',
        'multisport', 'other')),
    constraint activity_source_known check (source_format in ('fit', 'tcx', 'gpx', 'manual')),
    constraint activity_name_length check (length(name) between 1 and 200),
    constraint activity_notes_length check (length(notes) <= 10000),
    constraint activity_time_order check (end_time >= start_time),
    constraint activity_leg_of_parent check ((parent_id is null) = (leg_index is null)),
    constraint activity_elapsed_range check (elapsed_s >= 0 and elapsed_s <= 2678400),
    constraint activity_moving_range check (moving_time_s >= 0 and moving_time_s <= 2678400),
    constraint activity_distance_range check (distance_m >= 0 and distance_m <= 10000000),
    constraint activity_hr_range check (avg_hr_bpm between 20 and 260 and max_hr_bpm between 20 and 260),
    constraint activity_rpe_range check (rpe between 0 and 10)
);
-- The list, newest first, with its keyset cursor; legs are reached through their parent.
create index activity_list_idx on activity (athlete_id, start_time desc, id desc)
    where deleted_at is null and parent_id is null;
-- Trends, load and matching look at a stretch of time, legs included.
create index activity_time_idx on activity (athlete_id, start_time, end_time) where deleted_at is null;
-- The legs of a parent, and the foreign key's own look-up.
create index activity_parent_idx on activity (athlete_id, parent_id) where parent_id is not null;
-- The foreign key to the bytes.
create index activity_original_idx on activity (athlete_id, primary_sha256) where primary_sha256 is not null;

-- Every file that describes an activity. The one named by the activity's primary_sha256 is analysed.
create table activity_source (
    athlete_id uuid not null,
    activity_id uuid not null,
    sha256 bytea not null,
    -- Which session of the file: 0 when it holds only one, else counted from 1.
    part smallint not null,
    format text not null,
    file_name text not null,
    device text,
    -- What decides whether another file is a source of the same activity.
    sport text not null,
    start_time timestamptz not null,
    end_time timestamptz not null,
    distance_m double precision,
    -- What the device itself states, as read from this file: elapsed_s, timer_s, distance_m, ascent_m, ….
    device_totals jsonb not null,
    -- What was odd in the file and how it was read: [{code, message}].
    warnings jsonb not null default '[]',
    created_at timestamptz not null,
    constraint activity_source_pkey primary key (athlete_id, activity_id, sha256, part),
    constraint activity_source_activity_fkey
        foreign key (athlete_id, activity_id) references activity (athlete_id, id) on delete cascade,
    constraint activity_source_original_fkey
        foreign key (athlete_id, sha256) references original (athlete_id, sha256)
);
create index activity_source_original_idx on activity_source (athlete_id, sha256);
-- Matching an incoming file against what overlaps it.
create index activity_source_overlap_idx on activity_source (athlete_id, start_time, end_time);

-- The samples: one row an activity, all channels in one compact column.
create table activity_stream (
    athlete_id uuid not null,
    activity_id uuid not null,
    samples integer not null,
    channels text[] not null,
    -- paceline_domain::streams, versioned by its first byte.
    data bytea not null,
    constraint activity_stream_pkey primary key (athlete_id, activity_id),
    constraint activity_stream_samples_positive check (samples > 0),
    constraint activity_stream_activity_fkey
        foreign key (athlete_id, activity_id) references activity (athlete_id, id) on delete cascade
);
alter table activity_stream alter column data set storage external;

-- Splits by kilometre and mile, and the device's laps.
create table activity_split (
    athlete_id uuid not null,
    activity_id uuid not null,
    kind text not null,
    split_number integer not null,
    start_s double precision not null,
    distance_m double precision,
    elapsed_s double precision not null,
    moving_time_s double precision not null,
    avg_hr_bpm double precision,
    max_hr_bpm double precision,
    avg_cadence_per_min double precision,
    ascent_m double precision,
    descent_m double precision,
    -- Grade-adjusted pace.
    gap_s_per_km double precision,
    -- The last split of a track is rarely whole.
    is_partial boolean not null,
    constraint activity_split_pkey primary key (athlete_id, activity_id, kind, split_number),
    constraint activity_split_kind_known check (kind in ('km', 'mile', 'lap')),
    constraint activity_split_activity_fkey
        foreign key (athlete_id, activity_id) references activity (athlete_id, id) on delete cascade
);

-- What was computed from an activity, with the version that computed it and a hash of what went in.
create table activity_analysis (
    athlete_id uuid not null,
    activity_id uuid not null,
    algorithm_version integer not null,
    inputs_hash text not null,
    -- Metres per heartbeat, grade-adjusted; null when not valid.
    efficiency_factor double precision,
    first_half_ef double precision,
    second_half_ef double precision,
    decoupling_percent double precision,
    -- Why efficiency or decoupling is not valid: [{code, message}]; empty when both are.
    efficiency_reasons jsonb not null,
    decoupling_reasons jsonb not null,
    -- Normalised graded speed.
    ngp_m_s double precision,
    load double precision,
    load_source text,
    trimp double precision,
    computed_at timestamptz not null,
    constraint activity_analysis_pkey primary key (athlete_id, activity_id),
    constraint activity_analysis_load_source_known check (load_source in ('power', 'pace', 'heart_rate', 'rpe')),
    constraint activity_analysis_activity_fkey
        foreign key (athlete_id, activity_id) references activity (athlete_id, id) on delete cascade
);
-- Recompute finds what an older version computed.
create index activity_analysis_version_idx on activity_analysis (algorithm_version);

-- The fastest stretch of each standard distance inside an activity. Personal bests are the fastest of these.
create table best_effort (
    athlete_id uuid not null,
    activity_id uuid not null,
    distance_m double precision not null,
    sport text not null,
    elapsed_s double precision not null,
    start_s double precision not null,
    achieved_at timestamptz not null,
    constraint best_effort_pkey primary key (athlete_id, activity_id, distance_m),
    constraint best_effort_elapsed_positive check (elapsed_s > 0),
    constraint best_effort_activity_fkey
        foreign key (athlete_id, activity_id) references activity (athlete_id, id) on delete cascade
);
-- The fastest per sport and distance.
create index best_effort_fastest_idx on best_effort (athlete_id, sport, distance_m, elapsed_s);
