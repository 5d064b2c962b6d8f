/* insight.statement_history_curve */
-- One statement over a span, in steps of so many seconds; a step in which it did not run has no row.
select
    date_bin(make_interval(secs => $4::float8), taken_at, $1) as began,
    sum(calls)::int8 as calls,
    sum(failed)::int8 as failed,
    sum(total_ms)::float8 as total_ms
from mainstay.statement_history
where name = $3 and taken_at > $1 and taken_at <= $2
group by began
order by began
limit $5::int8
