/* insight.is_history_recorded */
select exists (
    select from mainstay.statement_history where taken_at = $1 and process = $2
) as is_recorded
