-- How many jobs and files an account has had done again in the hour that began with the first of them: one number for all
-- processes, written by the transaction that has it done, so that what does not take place counts for nothing.
alter table athlete
    add column retries_since timestamptz,
    add column retries integer not null default 0;
