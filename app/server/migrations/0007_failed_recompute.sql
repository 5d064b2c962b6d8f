-- The version that could not compute an activity again; it does not try twice.
alter table activity_analysis add column failed_version integer;
