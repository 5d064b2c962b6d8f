-- What the statements of each process cost over time, so that a release that made one slower can be found afterwards, on
-- any server: no extension is needed. One row a statement that ran, a reading and a process; monthly partitions, made and
-- dropped by the keeper, which needs no DEFAULT partition.

create table statement_history (
    -- When the span that a row covers ended: one instant for all rows of a reading.
    taken_at timestamptz not null,
    -- One run of one process, which tells of its own statements only: sums over processes count nothing twice.
    process text not null,
    -- feature.statement.
    name text not null,
    -- When the span began: the end of the one before, or the start of the process.
    since timestamptz not null,
    -- Of these runs, in this span: how many, how many of them failed, how many were slow.
    calls bigint not null,
    failed bigint not null,
    slow bigint not null,
    -- From asking to the last row, waiting for a connection included.
    total_ms double precision not null,
    rows bigint not null,
    constraint statement_history_pkey primary key (taken_at, process, name),
    constraint statement_history_span check (since < taken_at),
    constraint statement_history_counts_positive
        check (calls > 0 and failed >= 0 and slow >= 0 and total_ms >= 0 and rows >= 0)
) partition by range (taken_at);

-- The curve of one statement, newest first.
create index statement_history_name_idx on statement_history (name, taken_at desc);
