-- People, their sign-ins and the tokens that keep them signed in.
--
-- Every table below starts its keys with athlete_id: one athlete is one tenant, every statement names it, and a
-- row of somebody else cannot be reached by guessing an id. The one exception is the look-up of a refresh token,
-- which is all that its bearer has.

-- One person. Coaches and administrators are athletes too: everybody may train.
create table athlete (
    id uuid not null,
    email text not null,
    -- argon2id in PHC string form; null for a person who cannot sign in with a password.
    password_hash text,
    display_name text not null,
    role text not null default 'athlete',
    -- IANA name. Civil days in every list, filter and statistic are days of this zone.
    timezone text not null default 'UTC',
    birthdate date,
    -- Which published tables and coefficients to use; null where the athlete prefers none.
    sex text,
    resting_hr_bpm smallint,
    max_hr_bpm smallint,
    threshold_hr_bpm smallint,
    threshold_pace_s_per_km double precision,
    is_demo boolean not null default false,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint athlete_pkey primary key (id),
    constraint athlete_email_length check (length(email) between 3 and 254),
    constraint athlete_display_name_length check (length(display_name) between 1 and 100),
    constraint athlete_role_known check (role in ('athlete', 'coach', 'admin')),
    constraint athlete_sex_known check (sex in ('female', 'male')),
    constraint athlete_resting_hr_range check (resting_hr_bpm between 20 and 120),
    constraint athlete_max_hr_range check (max_hr_bpm between 80 and 250),
    constraint athlete_threshold_hr_range check (threshold_hr_bpm between 60 and 240),
    constraint athlete_hr_order check (resting_hr_bpm < threshold_hr_bpm and threshold_hr_bpm <= max_hr_bpm),
    constraint athlete_rest_below_max check (resting_hr_bpm < max_hr_bpm),
    constraint athlete_threshold_pace_range check (threshold_pace_s_per_km between 100 and 1200)
);

-- The sign-in look-up, and the rule that an address exists once whatever its capitals.
create unique index athlete_email_key on athlete (lower(email));

-- One sign-in on one device. Access tokens name it, so that ending it ends them at once.
create table login_session (
    athlete_id uuid not null,
    id uuid not null,
    created_at timestamptz not null,
    last_used_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    -- Why it ended: logout, logout_all, password_changed, refresh_token_reused.
    revoked_reason text,
    user_agent text,
    constraint login_session_pkey primary key (athlete_id, id),
    constraint login_session_athlete_fkey foreign key (athlete_id) references athlete (id) on delete cascade,
    constraint login_session_reason_known
        check (revoked_reason in ('logout', 'logout_all', 'password_changed', 'refresh_token_reused'))
);

-- Each refresh token works once. A used one that comes back means that it was stolen: its session ends.
create table refresh_token (
    athlete_id uuid not null,
    -- SHA-256 of the token; the token itself is nowhere.
    token_hash bytea not null,
    session_id uuid not null,
    issued_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    constraint refresh_token_pkey primary key (athlete_id, token_hash),
    constraint refresh_token_hash_length check (length(token_hash) = 32),
    constraint refresh_token_session_fkey
        foreign key (athlete_id, session_id) references login_session (athlete_id, id) on delete cascade
);

-- The bearer of a refresh token says nothing else.
create unique index refresh_token_hash_key on refresh_token (token_hash);
-- Ending a session finds its tokens.
create index refresh_token_session_idx on refresh_token (athlete_id, session_id);
