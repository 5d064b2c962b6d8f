-- Importers claim a pending file before they work on it, so that nothing is read or analysed inside a transaction, and
-- so that a file on which the importer dies is not taken up for ever.

alter table upload_file
    -- Claims so far, the present one included. It also fences: whoever holds an older number may not write.
    add column attempts smallint not null default 0,
    -- Nobody else takes the file before this instant: an importer works on it, or it is to be left alone for a while.
    add column leased_until timestamptz;

alter table upload
    -- A command line that reads and imports file by file renews this while it lives. Past, with no finished_at: it was
    -- interrupted. Null for an upload over the API, all of whose files are there from the beginning.
    add column alive_until timestamptz;
