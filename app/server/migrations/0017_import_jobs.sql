-- Every file that waits has a job of its own, and is found by it when the job has come to another end than the file's. The
-- columns of the claims before (`attempts`, `leased_until`) stay for the processes of the former release.

alter table upload_file
    -- The job that imports it; null where a process of the former release has received it.
    add column job_id uuid;

-- The bytes of a file on which we failed ourselves stay for a while: it can be tried again alone. Every row that kept the
-- former rule keeps this one; 0018 looks at them without keeping anybody waiting.
alter table upload_file drop constraint upload_file_pending_has_content;
alter table upload_file
    add constraint upload_file_pending_has_content check (outcome <> 'pending' or pending_content is not null) not valid;
