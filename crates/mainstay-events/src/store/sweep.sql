-- Keys whose last place is older than every open transaction: whoever comes stands behind it by himself.
delete /* events.sweep platform */ from mainstay.event_key
where key in (
    select key from mainstay.event_key where tx < pg_snapshot_xmin(pg_current_snapshot()) limit $1 for update skip locked
)
