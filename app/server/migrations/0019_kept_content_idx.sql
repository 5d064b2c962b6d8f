-- no-transaction
-- Bytes that are kept of refused files, by their age: they go when nobody has asked for another attempt.
create index concurrently if not exists upload_file_kept_idx
    on upload_file (finished_at) where outcome <> 'pending' and pending_content is not null;
