/* insight.statement_history */
-- What each statement cost in a span, over all processes, and its mean time in the equally long span before. A row belongs
-- to the span in which it was taken.
select
    name,
    coalesce(sum(calls) filter (where taken_at > $1), 0)::int8 as calls,
    coalesce(sum(failed) filter (where taken_at > $1), 0)::int8 as failed,
    coalesce(sum(slow) filter (where taken_at > $1), 0)::int8 as slow,
    coalesce(sum(rows) filter (where taken_at > $1), 0)::int8 as rows,
    coalesce(sum(total_ms) filter (where taken_at > $1), 0)::float8 as total_ms,
    (sum(total_ms) filter (where taken_at <= $1) / sum(calls) filter (where taken_at <= $1))::float8 as mean_before_ms
from mainstay.statement_history
where taken_at > $1 - ($2 - $1) and taken_at <= $2
group by name
having sum(calls) filter (where taken_at > $1) > 0
order by total_ms desc, name
limit $3::int8
