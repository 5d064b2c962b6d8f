-- Imports: what was handed in, and what became of each file. Bytes that were acknowledged are here before the answer
-- leaves, so that a crash loses nothing: what is still pending is taken up at the next start.

create table upload (
    athlete_id uuid not null,
    id uuid not null,
    -- Where it came from: api, cli, demo.
    origin text not null,
    created_at timestamptz not null,
    finished_at timestamptz,
    constraint upload_pkey primary key (athlete_id, id),
    constraint upload_origin_known check (origin in ('api', 'cli', 'demo')),
    constraint upload_athlete_fkey foreign key (athlete_id) references athlete (id) on delete cascade
);
create index upload_list_idx on upload (athlete_id, created_at desc, id desc);

create table upload_file (
    athlete_id uuid not null,
    upload_id uuid not null,
    position integer not null,
    -- The path inside an archive, or the name of the file.
    file_name text not null,
    size_bytes bigint not null,
    -- Names, notes, gear and effort that came beside the file in an export.
    hints jsonb not null default '{}',
    -- The bytes, zstd, until the file is done; then the original holds them, or nobody needs them.
    pending_content bytea,
    outcome text not null,
    activity_id uuid,
    -- A stable reason code for refused, and a sentence for everything that is not plain.
    reason text,
    message text,
    warnings jsonb not null default '[]',
    finished_at timestamptz,
    constraint upload_file_pkey primary key (athlete_id, upload_id, position),
    constraint upload_file_outcome_known
        check (outcome in ('pending', 'imported', 'merged', 'duplicate', 'refused')),
    constraint upload_file_pending_has_content check ((outcome = 'pending') = (pending_content is not null)),
    constraint upload_file_upload_fkey
        foreign key (athlete_id, upload_id) references upload (athlete_id, id) on delete cascade
);
alter table upload_file alter column pending_content set storage external;
-- What is still to do, oldest first.
create index upload_file_pending_idx on upload_file (upload_id, position) where outcome = 'pending';
