-- What is known of a job from its beginning to its end, written once. A day's partition goes as a whole, when nothing of it
-- is alive.
create table job (
    -- UUIDv7: its day is its partition.
    id uuid not null,
    queue text not null,
    kind text not null,
    priority smallint not null,
    payload jsonb not null,
    -- Who may see it besides operators; nobody's are the platform's own.
    owner uuid,
    attempts_most smallint not null,
    timeout_ms bigint,
    unique_key bytea,
    ordering_key text,
    limit_key text,
    -- What its work must have seen: the token of the session that asked for it.
    seen text,
    -- The trace that it is a part of.
    trace text,
    created_at timestamptz not null default clock_timestamp(),
    constraint job_pkey primary key (id)
) partition by range (id);

-- The lists that the API shows, newest first, within the partitions that are left.
create index job_owner_idx on job (owner, id desc) where owner is not null;
create index job_kind_idx on job (kind, id desc);

-- The order in which jobs are asked for, by the server: clocks of its clients differ.
create sequence job_nth;

-- What waits to be claimed: queued, scheduled or to be tried again. Rows come and go and are never changed but by who asks
-- for another time.
create table job_ready (
    id uuid not null,
    -- The same for all attempts of a job.
    nth bigint not null default nextval('mainstay.job_nth'),
    queue text not null,
    priority smallint not null,
    run_at timestamptz not null,
    kind text not null,
    -- So many have begun.
    attempts smallint not null default 0,
    -- So many of them ended with their process.
    crashes smallint not null default 0,
    attempts_most smallint not null,
    timeout_ms bigint,
    unique_key bytea,
    ordering_key text,
    limit_key text,
    constraint job_ready_pkey primary key (id)
) with (
    fillfactor = 90, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000
);

create index job_ready_claim_idx on job_ready (queue, priority, run_at);
create index job_ready_ordering_idx on job_ready (queue, ordering_key, nth) where ordering_key is not null;

-- What is worked on.
create table job_running (
    -- The fencing token: who does not name it changes nothing of this attempt.
    run bigint generated always as identity,
    id uuid not null,
    nth bigint not null,
    worker bigint not null,
    queue text not null,
    priority smallint not null,
    kind text not null,
    -- This one counted.
    attempts smallint not null,
    crashes smallint not null,
    attempts_most smallint not null,
    timeout_ms bigint,
    unique_key bytea,
    ordering_key text,
    limit_key text,
    started_at timestamptz not null default clock_timestamp(),
    -- Its worker ends it then; a while later whoever leads takes it from a worker that has not.
    deadline timestamptz,
    cancel_requested boolean not null default false,
    -- Between 0 and 1.
    progress real,
    progress_message text,
    constraint job_running_pkey primary key (run),
    constraint job_running_id unique (id)
) with (
    fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000
);

create index job_running_worker_idx on job_running (worker);
create index job_running_queue_idx on job_running (queue, limit_key);

-- One at a time of those with one key: where two are claimed at once, one of the claims fails.
create unique index job_running_ordering_idx on job_running (queue, ordering_key) where ordering_key is not null;

-- How it ended, written once.
create table job_outcome (
    id uuid not null,
    state text not null,
    attempts smallint not null,
    crashes smallint not null,
    worker bigint,
    started_at timestamptz,
    finished_at timestamptz not null default clock_timestamp(),
    result jsonb,
    error text,
    constraint job_outcome_pkey primary key (id),
    constraint job_outcome_state check (state in ('succeeded', 'failed', 'discarded', 'cancelled'))
) partition by range (id);

-- The attempts that did not succeed.
create table job_attempt (
    id uuid not null,
    run bigint not null,
    attempt smallint not null,
    started_at timestamptz not null,
    ended_at timestamptz not null default clock_timestamp(),
    -- What ended it.
    cause text not null,
    detail text not null,
    constraint job_attempt_pkey primary key (id, run),
    constraint job_attempt_cause check (cause in ('error', 'panic', 'timeout', 'crash', 'cut', 'payload'))
) partition by range (id);

-- How far the work has come, for the attempt after a crash.
create table job_checkpoint (
    id uuid not null,
    data jsonb not null,
    at timestamptz not null default clock_timestamp(),
    constraint job_checkpoint_pkey primary key (id)
);

-- What nobody will try again by itself, whole: it outlives the partitions that it was in.
create table job_dead (
    id uuid not null,
    queue text not null,
    kind text not null,
    priority smallint not null,
    payload jsonb not null,
    owner uuid,
    attempts smallint not null,
    crashes smallint not null,
    attempts_most smallint not null,
    timeout_ms bigint,
    ordering_key text,
    limit_key text,
    seen text,
    -- Why: its attempts are used up, or it takes its processes with it.
    reason text not null,
    error text not null,
    created_at timestamptz not null,
    died_at timestamptz not null default clock_timestamp(),
    constraint job_dead_pkey primary key (id),
    constraint job_dead_reason check (reason in ('attempts', 'poison'))
);

create index job_dead_died_idx on job_dead (died_at desc, id desc);

-- Who has a key has it until the job ends, or for a time.
create table job_unique (
    key bytea not null,
    id uuid not null,
    until timestamptz,
    constraint job_unique_pkey primary key (key)
);

create index job_unique_until_idx on job_unique (until) where until is not null;

-- What an operator has set of a queue. A queue without a row has no limits.
create table job_queue (
    name text not null,
    paused_at timestamptz,
    -- So many at a time on all processes together.
    running_most integer,
    -- So many of one key.
    running_most_of_key integer,
    -- A bucket of tokens: so many begin a second, and so many at once after a pause.
    rate_per_s double precision,
    rate_burst double precision,
    tokens double precision not null default 0,
    tokens_at timestamptz not null default clock_timestamp(),
    constraint job_queue_pkey primary key (name),
    constraint job_queue_limits check (
        coalesce(running_most, 1) > 0 and coalesce(running_most_of_key, 1) > 0 and coalesce(rate_per_s, 1) > 0
        and coalesce(rate_burst, 1) >= 1 and (rate_per_s is null) = (rate_burst is null)
    )
) with (fillfactor = 50);

-- One life of a process that works: a number is never given twice, whatever the host is called.
create table job_worker (
    id bigint generated always as identity,
    host text not null,
    pid integer not null,
    started_at timestamptz not null default clock_timestamp(),
    last_seen timestamptz not null default clock_timestamp(),
    is_draining boolean not null default false,
    queues text[] not null,
    kinds text[] not null,
    slots integer not null,
    constraint job_worker_pkey primary key (id)
) with (fillfactor = 50);

-- What begins by itself, by the calendar of a zone.
create table job_cron (
    name text not null,
    spec text not null,
    zone text not null,
    queue text not null,
    kind text not null,
    payload jsonb not null,
    priority smallint not null,
    attempts_most smallint not null,
    timeout_ms bigint,
    -- What becomes of times that nobody was there for.
    misfire text not null,
    paused_at timestamptz,
    -- The next time; null where the calendar has none.
    next_at timestamptz,
    last_at timestamptz,
    -- Declared by a process, as against set by an operator: gone from the declarations, it goes.
    is_declared boolean not null default true,
    constraint job_cron_pkey primary key (name),
    constraint job_cron_misfire check (misfire in ('skip', 'coalesce', 'catch_up'))
);

-- Who may do what only one may do. The token grows with each holder: what it writes names it, and of two who believe that
-- they hold it, the older one's is refused.
create table lease (
    name text not null,
    holder text not null,
    token bigint not null,
    expires_at timestamptz not null,
    constraint lease_pkey primary key (name)
);
