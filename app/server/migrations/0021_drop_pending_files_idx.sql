-- no-transaction
-- The pages were of all athletes mixed. A process of the former release sorts the few that wait.
drop index concurrently if exists upload_file_pending_idx;
