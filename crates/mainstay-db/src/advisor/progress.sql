-- How far the build of one index is in its present phase.
select /* mainstay.advisor_progress */
    p.phase,
    case
        when p.blocks_total > 0 then p.blocks_done::float8 / p.blocks_total
        when p.tuples_total > 0 then p.tuples_done::float8 / p.tuples_total
        else 0
    end::float8 as done
from pg_stat_progress_create_index as p
where p.datname = current_database() and p.index_relid = to_regclass($1)
limit $2
