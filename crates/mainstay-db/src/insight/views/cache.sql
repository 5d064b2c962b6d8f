select /* insight.cache_hits */
    coalesce(sum(heap_blks_read), 0)::int8 as heap_blocks_read,
    coalesce(sum(heap_blks_hit), 0)::int8 as heap_blocks_hit,
    coalesce(sum(idx_blks_read), 0)::int8 as index_blocks_read,
    coalesce(sum(idx_blks_hit), 0)::int8 as index_blocks_hit
from pg_statio_user_tables
