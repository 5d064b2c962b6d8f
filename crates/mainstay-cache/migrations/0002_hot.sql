-- What was asked for most, by the bytes of its keys, so that a process that starts can ask for it before it is ready. Logged:
-- after a crash it is needed most.
create table cache_hot (
    -- Of the cache.
    name text not null,
    -- What stands in it is the application's; no token can.
    key bytea not null,
    -- About, by the node that had most of them.
    hits bigint not null,
    -- When a node last had new ones; rows that are older than a day, or whatever the setting says, go.
    noted_at timestamptz not null default clock_timestamp(),
    -- Rows are few, and read at a start alone: no index tells which have most hits.
    constraint cache_hot_pkey primary key (name, key),
    -- What is longer than an index can take is not noted.
    constraint cache_hot_key_length check (octet_length(key) <= 1024),
    constraint cache_hot_hits_range check (hits >= 0)
);
