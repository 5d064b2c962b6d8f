-- What the statements of this database cost over time, so that a release that made one slower can be found afterwards.
-- One row a statement and reading; monthly partitions, made and dropped by the keeper, which needs no DEFAULT partition.

create table statement_history (
    -- When the statistics were read: one instant for all rows of a reading.
    taken_at timestamptz not null,
    -- pg_stat_statements.queryid; not stable across major versions of the server.
    query_id bigint not null,
    -- The generated statement's name, or empty for any other.
    name text not null,
    -- Since the reading before, not since the server's start.
    calls bigint not null,
    total_ms double precision not null,
    rows bigint not null,
    shared_blocks_hit bigint not null,
    shared_blocks_read bigint not null,
    constraint statement_history_pkey primary key (taken_at, query_id, name),
    constraint statement_history_counts_positive
        check (calls >= 0 and total_ms >= 0 and rows >= 0 and shared_blocks_hit >= 0 and shared_blocks_read >= 0)
) partition by range (taken_at);

-- The curve of one statement, newest first.
create index statement_history_name_idx on statement_history (name, taken_at desc) where name <> '';
