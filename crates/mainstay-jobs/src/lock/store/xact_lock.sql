select /* jobs.xact_lock */ pg_advisory_xact_lock($1, $2)
