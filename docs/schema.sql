-- By cargo xtask schema, with pg_dump 15: what the migrations make. Not edited by hand.

CREATE SCHEMA mainstay;

CREATE TABLE mainstay.migration (
    history text NOT NULL,
    version bigint NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    took_ms bigint NOT NULL
);

CREATE TABLE mainstay.statement_history (
    taken_at timestamp with time zone NOT NULL,
    process text NOT NULL,
    name text NOT NULL,
    since timestamp with time zone NOT NULL,
    calls bigint NOT NULL,
    failed bigint NOT NULL,
    slow bigint NOT NULL,
    total_ms double precision NOT NULL,
    rows bigint NOT NULL,
    CONSTRAINT statement_history_counts_positive CHECK (((calls > 0) AND (failed >= 0) AND (slow >= 0) AND (total_ms >= (0)::double precision) AND (rows >= 0))),
    CONSTRAINT statement_history_span CHECK ((since < taken_at))
)
PARTITION BY RANGE (taken_at);

CREATE TABLE public.activity (
    athlete_id uuid NOT NULL,
    id uuid NOT NULL,
    parent_id uuid,
    leg_index smallint,
    sport text NOT NULL,
    sub_sport text,
    name text NOT NULL,
    notes text,
    start_time timestamp with time zone NOT NULL,
    end_time timestamp with time zone NOT NULL,
    source_format text NOT NULL,
    primary_sha256 bytea,
    device text,
    elapsed_s double precision NOT NULL,
    moving_time_s double precision NOT NULL,
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
    is_race boolean DEFAULT false NOT NULL,
    has_track boolean DEFAULT false NOT NULL,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    edited text[] DEFAULT '{}'::text[] NOT NULL,
    channels text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT activity_distance_range CHECK (((distance_m >= (0)::double precision) AND (distance_m <= (10000000)::double precision))),
    CONSTRAINT activity_elapsed_range CHECK (((elapsed_s >= (0)::double precision) AND (elapsed_s <= (2678400)::double precision))),
    CONSTRAINT activity_hr_range CHECK ((((avg_hr_bpm >= (20)::double precision) AND (avg_hr_bpm <= (260)::double precision)) AND ((max_hr_bpm >= (20)::double precision) AND (max_hr_bpm <= (260)::double precision)))),
    CONSTRAINT activity_leg_of_parent CHECK (((parent_id IS NULL) = (leg_index IS NULL))),
    CONSTRAINT activity_moving_range CHECK (((moving_time_s >= (0)::double precision) AND (moving_time_s <= (2678400)::double precision))),
    CONSTRAINT activity_name_length CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT activity_notes_length CHECK ((length(notes) <= 10000)),
    CONSTRAINT activity_rpe_range CHECK (((rpe >= (0)::double precision) AND (rpe <= (10)::double precision))),
    CONSTRAINT activity_source_known CHECK ((source_format = ANY (ARRAY['fit'::text, 'tcx'::text, 'gpx'::text, 'manual'::text]))),
    CONSTRAINT activity_sport_known CHECK ((sport = ANY (ARRAY['run'::text, 'cycling'::text, 'walking'::text, 'hiking'::text, 'swimming'::text, 'rowing'::text, 'strength'::text, 'flexibility'::text, 'transition'::text, 'multisport'::text, 'other'::text]))),
    CONSTRAINT activity_time_order CHECK ((end_time >= start_time))
);

CREATE TABLE public.activity_analysis (
    athlete_id uuid NOT NULL,
    activity_id uuid NOT NULL,
    algorithm_version integer NOT NULL,
    inputs_hash text NOT NULL,
    efficiency_factor double precision,
    first_half_ef double precision,
    second_half_ef double precision,
    decoupling_percent double precision,
    efficiency_reasons jsonb NOT NULL,
    decoupling_reasons jsonb NOT NULL,
    ngp_m_s double precision,
    load double precision,
    load_source text,
    trimp double precision,
    computed_at timestamp with time zone NOT NULL,
    efficiency_variance double precision,
    failed_version integer,
    CONSTRAINT activity_analysis_load_source_known CHECK ((load_source = ANY (ARRAY['power'::text, 'pace'::text, 'heart_rate'::text, 'rpe'::text])))
);

CREATE TABLE public.activity_source (
    athlete_id uuid NOT NULL,
    activity_id uuid NOT NULL,
    sha256 bytea NOT NULL,
    part smallint NOT NULL,
    format text NOT NULL,
    file_name text NOT NULL,
    device text,
    sport text NOT NULL,
    start_time timestamp with time zone NOT NULL,
    end_time timestamp with time zone NOT NULL,
    distance_m double precision,
    device_totals jsonb NOT NULL,
    warnings jsonb DEFAULT '[]'::jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.activity_split (
    athlete_id uuid NOT NULL,
    activity_id uuid NOT NULL,
    kind text NOT NULL,
    split_number integer NOT NULL,
    start_s double precision NOT NULL,
    distance_m double precision,
    elapsed_s double precision NOT NULL,
    moving_time_s double precision NOT NULL,
    avg_hr_bpm double precision,
    max_hr_bpm double precision,
    avg_cadence_per_min double precision,
    ascent_m double precision,
    descent_m double precision,
    gap_s_per_km double precision,
    is_partial boolean NOT NULL,
    CONSTRAINT activity_split_kind_known CHECK ((kind = ANY (ARRAY['km'::text, 'mile'::text, 'lap'::text])))
);

CREATE TABLE public.activity_stream (
    athlete_id uuid NOT NULL,
    activity_id uuid NOT NULL,
    start_time timestamp with time zone NOT NULL,
    samples integer NOT NULL,
    channels text[] NOT NULL,
    data bytea NOT NULL,
    CONSTRAINT activity_stream_samples_positive CHECK ((samples > 0))
)
PARTITION BY RANGE (start_time);
ALTER TABLE ONLY public.activity_stream ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE public.athlete (
    id uuid NOT NULL,
    email text NOT NULL,
    password_hash text,
    display_name text NOT NULL,
    role text DEFAULT 'athlete'::text NOT NULL,
    timezone text DEFAULT 'UTC'::text NOT NULL,
    birthdate date,
    sex text,
    resting_hr_bpm smallint,
    max_hr_bpm smallint,
    threshold_hr_bpm smallint,
    threshold_pace_s_per_km double precision,
    is_demo boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    threshold_power_w smallint,
    CONSTRAINT athlete_display_name_length CHECK (((length(display_name) >= 1) AND (length(display_name) <= 100))),
    CONSTRAINT athlete_email_length CHECK (((length(email) >= 3) AND (length(email) <= 254))),
    CONSTRAINT athlete_hr_order CHECK (((resting_hr_bpm < threshold_hr_bpm) AND (threshold_hr_bpm <= max_hr_bpm))),
    CONSTRAINT athlete_max_hr_range CHECK (((max_hr_bpm >= 80) AND (max_hr_bpm <= 250))),
    CONSTRAINT athlete_rest_below_max CHECK ((resting_hr_bpm < max_hr_bpm)),
    CONSTRAINT athlete_resting_hr_range CHECK (((resting_hr_bpm >= 20) AND (resting_hr_bpm <= 120))),
    CONSTRAINT athlete_role_known CHECK ((role = ANY (ARRAY['athlete'::text, 'coach'::text, 'admin'::text]))),
    CONSTRAINT athlete_sex_known CHECK ((sex = ANY (ARRAY['female'::text, 'male'::text]))),
    CONSTRAINT athlete_threshold_hr_range CHECK (((threshold_hr_bpm >= 60) AND (threshold_hr_bpm <= 240))),
    CONSTRAINT athlete_threshold_pace_range CHECK (((threshold_pace_s_per_km >= (100)::double precision) AND (threshold_pace_s_per_km <= (1200)::double precision))),
    CONSTRAINT athlete_threshold_power_range CHECK (((threshold_power_w >= 30) AND (threshold_power_w <= 700)))
);

CREATE TABLE public.best_effort (
    athlete_id uuid NOT NULL,
    activity_id uuid NOT NULL,
    distance_m double precision NOT NULL,
    sport text NOT NULL,
    elapsed_s double precision NOT NULL,
    start_s double precision NOT NULL,
    achieved_at timestamp with time zone NOT NULL,
    CONSTRAINT best_effort_elapsed_positive CHECK ((elapsed_s > (0)::double precision))
);

CREATE TABLE public.login_session (
    athlete_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    revoked_reason text,
    user_agent text,
    CONSTRAINT login_session_reason_known CHECK ((revoked_reason = ANY (ARRAY['logout'::text, 'logout_all'::text, 'password_changed'::text, 'refresh_token_reused'::text])))
);

CREATE TABLE public.original (
    athlete_id uuid NOT NULL,
    sha256 bytea NOT NULL,
    format text NOT NULL,
    file_name text NOT NULL,
    size_bytes bigint NOT NULL,
    content bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT original_format_known CHECK ((format = ANY (ARRAY['fit'::text, 'tcx'::text, 'gpx'::text]))),
    CONSTRAINT original_sha256_length CHECK ((length(sha256) = 32)),
    CONSTRAINT original_size_positive CHECK ((size_bytes > 0))
);
ALTER TABLE ONLY public.original ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE TABLE public.refresh_token (
    athlete_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    session_id uuid NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT refresh_token_hash_length CHECK ((length(token_hash) = 32))
);

CREATE TABLE public.upload (
    athlete_id uuid NOT NULL,
    id uuid NOT NULL,
    origin text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    alive_until timestamp with time zone,
    CONSTRAINT upload_origin_known CHECK ((origin = ANY (ARRAY['api'::text, 'cli'::text, 'demo'::text])))
);

CREATE TABLE public.upload_file (
    athlete_id uuid NOT NULL,
    upload_id uuid NOT NULL,
    "position" integer NOT NULL,
    file_name text NOT NULL,
    size_bytes bigint NOT NULL,
    hints jsonb DEFAULT '{}'::jsonb NOT NULL,
    pending_content bytea,
    outcome text NOT NULL,
    activity_id uuid,
    reason text,
    message text,
    warnings jsonb DEFAULT '[]'::jsonb NOT NULL,
    finished_at timestamp with time zone,
    attempts smallint DEFAULT 0 NOT NULL,
    leased_until timestamp with time zone,
    CONSTRAINT upload_file_outcome_known CHECK ((outcome = ANY (ARRAY['pending'::text, 'imported'::text, 'merged'::text, 'duplicate'::text, 'refused'::text]))),
    CONSTRAINT upload_file_pending_has_content CHECK (((outcome = 'pending'::text) = (pending_content IS NOT NULL)))
);
ALTER TABLE ONLY public.upload_file ALTER COLUMN pending_content SET STORAGE EXTERNAL;

ALTER TABLE ONLY mainstay.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (history, version);

ALTER TABLE ONLY mainstay.statement_history
    ADD CONSTRAINT statement_history_pkey PRIMARY KEY (taken_at, process, name);

ALTER TABLE ONLY public.activity_analysis
    ADD CONSTRAINT activity_analysis_pkey PRIMARY KEY (athlete_id, activity_id);

ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_pkey PRIMARY KEY (athlete_id, id);

ALTER TABLE ONLY public.activity_source
    ADD CONSTRAINT activity_source_pkey PRIMARY KEY (athlete_id, activity_id, sha256, part);

ALTER TABLE ONLY public.activity_split
    ADD CONSTRAINT activity_split_pkey PRIMARY KEY (athlete_id, activity_id, kind, split_number);

ALTER TABLE ONLY public.activity_stream
    ADD CONSTRAINT activity_stream_pkey PRIMARY KEY (athlete_id, activity_id, start_time);

ALTER TABLE ONLY public.athlete
    ADD CONSTRAINT athlete_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.best_effort
    ADD CONSTRAINT best_effort_pkey PRIMARY KEY (athlete_id, activity_id, distance_m);

ALTER TABLE ONLY public.login_session
    ADD CONSTRAINT login_session_pkey PRIMARY KEY (athlete_id, id);

ALTER TABLE ONLY public.original
    ADD CONSTRAINT original_pkey PRIMARY KEY (athlete_id, sha256);

ALTER TABLE ONLY public.refresh_token
    ADD CONSTRAINT refresh_token_pkey PRIMARY KEY (athlete_id, token_hash);

ALTER TABLE ONLY public.upload_file
    ADD CONSTRAINT upload_file_pkey PRIMARY KEY (athlete_id, upload_id, "position");

ALTER TABLE ONLY public.upload
    ADD CONSTRAINT upload_pkey PRIMARY KEY (athlete_id, id);

CREATE INDEX statement_history_name_idx ON ONLY mainstay.statement_history USING btree (name, taken_at DESC);

CREATE INDEX activity_analysis_outdated_idx ON public.activity_analysis USING btree (algorithm_version, athlete_id, activity_id);

CREATE INDEX activity_deleted_idx ON public.activity USING btree (athlete_id, deleted_at) WHERE (deleted_at IS NOT NULL);

CREATE INDEX activity_list_idx ON public.activity USING btree (athlete_id, start_time DESC, id DESC) WHERE ((deleted_at IS NULL) AND (parent_id IS NULL));

CREATE INDEX activity_original_idx ON public.activity USING btree (athlete_id, primary_sha256) WHERE (primary_sha256 IS NOT NULL);

CREATE INDEX activity_parent_idx ON public.activity USING btree (athlete_id, parent_id) WHERE (parent_id IS NOT NULL);

CREATE INDEX activity_source_original_idx ON public.activity_source USING btree (athlete_id, sha256);

CREATE INDEX activity_source_overlap_idx ON public.activity_source USING btree (athlete_id, start_time, end_time);

CREATE UNIQUE INDEX activity_start_key ON public.activity USING btree (athlete_id, id, start_time);

CREATE INDEX activity_time_idx ON public.activity USING btree (athlete_id, start_time, end_time) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX athlete_email_key ON public.athlete USING btree (lower(email));

CREATE INDEX best_effort_fastest_idx ON public.best_effort USING btree (athlete_id, sport, distance_m, elapsed_s);

CREATE INDEX login_session_expires_idx ON public.login_session USING btree (expires_at);

CREATE INDEX refresh_token_expires_idx ON public.refresh_token USING btree (expires_at);

CREATE UNIQUE INDEX refresh_token_hash_key ON public.refresh_token USING btree (token_hash);

CREATE INDEX refresh_token_session_idx ON public.refresh_token USING btree (athlete_id, session_id);

CREATE INDEX upload_file_pending_idx ON public.upload_file USING btree (upload_id, "position") WHERE (outcome = 'pending'::text);

CREATE INDEX upload_list_idx ON public.upload USING btree (athlete_id, created_at DESC, id DESC);

ALTER TABLE ONLY public.activity_analysis
    ADD CONSTRAINT activity_analysis_activity_fkey FOREIGN KEY (athlete_id, activity_id) REFERENCES public.activity(athlete_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_athlete_fkey FOREIGN KEY (athlete_id) REFERENCES public.athlete(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_original_fkey FOREIGN KEY (athlete_id, primary_sha256) REFERENCES public.original(athlete_id, sha256);

ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_parent_fkey FOREIGN KEY (athlete_id, parent_id) REFERENCES public.activity(athlete_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.activity_source
    ADD CONSTRAINT activity_source_activity_fkey FOREIGN KEY (athlete_id, activity_id) REFERENCES public.activity(athlete_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.activity_source
    ADD CONSTRAINT activity_source_original_fkey FOREIGN KEY (athlete_id, sha256) REFERENCES public.original(athlete_id, sha256);

ALTER TABLE ONLY public.activity_split
    ADD CONSTRAINT activity_split_activity_fkey FOREIGN KEY (athlete_id, activity_id) REFERENCES public.activity(athlete_id, id) ON DELETE CASCADE;

ALTER TABLE public.activity_stream
    ADD CONSTRAINT activity_stream_activity_fkey FOREIGN KEY (athlete_id, activity_id, start_time) REFERENCES public.activity(athlete_id, id, start_time) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.best_effort
    ADD CONSTRAINT best_effort_activity_fkey FOREIGN KEY (athlete_id, activity_id) REFERENCES public.activity(athlete_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.login_session
    ADD CONSTRAINT login_session_athlete_fkey FOREIGN KEY (athlete_id) REFERENCES public.athlete(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.original
    ADD CONSTRAINT original_athlete_fkey FOREIGN KEY (athlete_id) REFERENCES public.athlete(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.refresh_token
    ADD CONSTRAINT refresh_token_session_fkey FOREIGN KEY (athlete_id, session_id) REFERENCES public.login_session(athlete_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.upload
    ADD CONSTRAINT upload_athlete_fkey FOREIGN KEY (athlete_id) REFERENCES public.athlete(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.upload_file
    ADD CONSTRAINT upload_file_upload_fkey FOREIGN KEY (athlete_id, upload_id) REFERENCES public.upload(athlete_id, id) ON DELETE CASCADE;
