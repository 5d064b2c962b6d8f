-- What committed transactions have touched, for nodes that keep answers. Unlogged: a crash or a promotion empties it, and
-- the incarnation with it, which tells every node to begin anew; no write-ahead log is written for it.
create unlogged table cache_event (
    id bigint generated always as identity,
    -- Who wrote it. Nodes ask for those that their last snapshot does not see: an order of ids or of time would lose what
    -- commits late.
    xid xid8 not null default pg_current_xact_id(),
    -- Hashes of what was touched (cache_tag).
    tags bigint[] not null,
    -- When, for the pruning alone.
    at timestamptz not null default clock_timestamp(),
    constraint cache_event_pkey primary key (id)
);

-- The poll asks by it.
create index cache_event_xid_idx on cache_event (xid);

-- One life of the server: gone when transaction numbers may be used again.
create unlogged table cache_incarnation (
    one boolean not null default true,
    id uuid not null default gen_random_uuid(),
    constraint cache_incarnation_pkey primary key (one),
    constraint cache_incarnation_one check (one)
);

-- Events of transactions below this may have been pruned. Logged: it must not fall behind the events.
create table cache_retained (
    one boolean not null default true,
    below xid8 not null default '0',
    constraint cache_retained_pkey primary key (one),
    constraint cache_retained_one check (one)
);

insert into cache_incarnation default values;
insert into cache_retained default values;

-- 64 bits of SHA-256: the same in every version of the server and in every node.
create function cache_tag(name text) returns bigint
language sql immutable strict parallel safe
return ('x' || left(encode(sha256(convert_to(name, 'UTF8')), 'hex'), 16))::bit(64)::bigint;

-- Writes down what a statement has touched: the table, each owner, each row (table, table:owner, table:owner:key). Of more
-- rows than `most` the owners as a whole are named (table:owner:*), of more owners the table as a whole (table:*).
-- Arguments: most, the owner's column, the columns of the key without it.
create function cache_touched() returns trigger
language plpgsql as $$
declare
    most constant integer := tg_argv[0];
    owner constant text := format('%I::text', tg_argv[1]);
    key constant text := (
        select string_agg(format('%I::text', tg_argv[place]), ' || '':'' || ' order by place)
        from generate_series(2, tg_nargs - 1) as place
    );
    rows constant text := case tg_op
        when 'INSERT' then 'table new_rows'
        when 'DELETE' then 'table old_rows'
        else 'table old_rows union all table new_rows'
    end;
    names text[];
begin
    if tg_op = 'TRUNCATE' then
        names := array[tg_table_name, tg_table_name || ':*'];
    else
        execute format(
            'with touched as (%1$s),
                owners as (select distinct %2$s as owner from touched limit $2 + 1),
                keys as (select distinct %2$s || '':'' || %3$s as key from touched limit $2 + 1)
            select
                case when exists (select from touched) then array[$1] end
                || case when (select count(*) from owners) <= $2
                    then (select array_agg($1 || '':'' || owner) from owners)
                    else array[$1 || '':*''] end
                || case
                    when (select count(*) from keys) <= $2
                    then (select array_agg($1 || '':'' || key) from keys)
                    when (select count(*) from owners) <= $2
                    then (select array_agg($1 || '':'' || owner || '':*'') from owners)
                    else array[]::text[] end',
            rows, owner, key
        ) into names using tg_table_name::text, most;
    end if;
    if cardinality(names) > 0 then
        insert into mainstay.cache_event (tags) select array_agg(mainstay.cache_tag(name))
        from unnest(names) as name
        -- A row of no owner is its table's alone.
        where name is not null;
    end if;
    return null;
end
$$;

-- From now on changes of this table are told, whoever makes them. `key` identifies a row together with `owner`. Called
-- again, it replaces what was said before.
create function cache_watch(watched regclass, owner text, key text[], most integer default 256) returns void
language plpgsql as $$
declare
    arguments constant text := (
        select string_agg(quote_literal(word), ', ')
        from unnest(array[most::text, owner] || key) as word
    );
    event text;
    rows text;
begin
    foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
        rows := case event
            when 'insert' then 'referencing new table as new_rows'
            when 'update' then 'referencing old table as old_rows new table as new_rows'
            when 'delete' then 'referencing old table as old_rows'
            else ''
        end;
        execute format(
            'create or replace trigger %I after %s on %s %s for each statement execute function mainstay.cache_touched(%s)',
            'cache_touched_' || event, event, watched, rows, arguments
        );
    end loop;
end
$$;

-- What the running transaction has touched until now; the last statement before its commit.
create function cache_own(out xid text, out incarnation uuid, out tags bigint[])
language sql stable as $$
    select
        pg_current_xact_id_if_assigned()::text,
        (select id from mainstay.cache_incarnation),
        (
            select array_agg(distinct tag)
            from mainstay.cache_event as event, unnest(event.tags) as tag
            where event.xid = pg_current_xact_id_if_assigned() and tag is not null
        )
$$;
