-- no-transaction
-- activity_analysis_outdated_idx begins with the same column.
drop index concurrently if exists activity_analysis_version_idx;
