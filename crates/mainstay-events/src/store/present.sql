-- The place behind everything that can be read now.
select /* events.present */ pg_snapshot_xmin(pg_current_snapshot())::text as tx
