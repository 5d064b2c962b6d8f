-- no-transaction
-- Files that wait, an athlete's side by side: so many of them are counted when further ones come, and whoever looks for files
-- without a job reads them page by page.
create index concurrently if not exists upload_file_waiting_idx
    on upload_file (athlete_id, upload_id, position) where outcome = 'pending';
