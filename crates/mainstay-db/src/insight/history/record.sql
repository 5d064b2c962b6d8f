/* insight.record_history */
insert into mainstay.statement_history
    (taken_at, process, since, name, calls, failed, slow, total_ms, rows)
select $1::timestamptz, $2::text, $3::timestamptz, spent.name, spent.calls, spent.failed, spent.slow, spent.total_ms, spent.rows
from unnest($4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::double precision[], $9::bigint[])
    as spent (name, calls, failed, slow, total_ms, rows)
-- The same reading may be there, or its commit still be under way, for which this waits.
on conflict (taken_at, process, name) do nothing
