-- Which migrations a database has. Run before every other one, so each statement may find its work done.
create schema if not exists mainstay;

create table if not exists mainstay.migration (
    -- Whose tables: the platform and each application keep histories apart.
    history text not null,
    version bigint not null,
    name text not null,
    -- SHA-256 of the file in hexadecimal: a file that was changed after it ran is found by it.
    checksum text not null,
    applied_at timestamptz not null default now(),
    took_ms bigint not null,
    constraint migration_pkey primary key (history, version)
);
