-- What committed transactions have touched, for nodes that keep answers. Unlogged: a crash or a promotion empties it, and
-- the incarnation with it, which tells every node to begin anew; no write-ahead log is written for it.
create unlogged table cache_event (
    -- Who wrote it. Nodes ask for those that their last snapshot does not see: an order of writing or of time would lose
    -- what commits late.
    xid xid8 not null default pg_current_xact_id(),
    -- Hashes of what was touched (cache_tag).
    tags bigint[] not null,
    -- When, for the pruning alone.
    at timestamptz not null default clock_timestamp()
);

-- The poll and the pruning ask by it. There is no key: nobody asks for one event, and each write would pay for it.
create index cache_event_xid_idx on cache_event (xid);

-- Where events are logged and a publication is of all tables, the pruning would be refused without.
alter table cache_event replica identity full;

-- What is running now, by its number.
create function cache_running() returns xid8[]
language sql stable
return (select coalesce(array_agg(xid), '{}') from pg_catalog.pg_snapshot_xip(pg_catalog.pg_current_snapshot()) as xid);

-- Whether events are logged (cache_log_events).
create function cache_is_logged() returns boolean
language sql stable
return (select relpersistence = 'p' from pg_catalog.pg_class where oid = 'mainstay.cache_event'::regclass);

-- Where this is: the cluster, if the server tells it, and the database. Where events are logged, unlogged tables are not
-- relied on, and every start of the server and every timeline is another place.
create function cache_place() returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    place text := (select oid::text from pg_database where datname = current_database());
begin
    begin
        place := concat_ws(' ', place, (select system_identifier from pg_control_system()));
    exception when others then
        null;
    end;
    if mainstay.cache_is_logged() then
        place := concat_ws(' ', place, 'since', extract(epoch from pg_postmaster_start_time()));
        begin
            place := concat_ws(' ', place, left(pg_walfile_name(pg_current_wal_insert_lsn()), 8));
        exception when others then
            null;
        end;
    end if;
    return place;
end
$$;

-- One life of the server: gone when transaction numbers may be used again. Whoever polls first in a life makes it, and
-- makes another one where it finds a copy.
create unlogged table cache_incarnation (
    one boolean not null default true,
    id uuid not null default gen_random_uuid(),
    -- A transaction that was prepared in an earlier life is among them: its events are gone, its work is to come.
    inherited xid8[] not null default mainstay.cache_running(),
    -- The rest tells a copy: of the database by a template, of its files, of a dump.
    place text not null default mainstay.cache_place(),
    is_logged boolean not null default mainstay.cache_is_logged(),
    xid xid8 not null default pg_current_xact_id(),
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

insert into cache_retained default values;

-- The watched tables that have partitions. Rows come and go with those, without a trigger: each poll looks at them.
create table cache_parted (
    parent regclass not null,
    constraint cache_parted_pkey primary key (parent)
);

-- 64 bits of SHA-256: the same in every version of the server and in every node. Stable, as convert_to is: declared as more,
-- it would be called anew for each name, which takes ten times as long as where it is made part of the statement.
create function cache_tag(name text) returns bigint
language sql stable strict parallel safe
return ('x' || left(encode(sha256(convert_to(name, 'UTF8')), 'hex'), 16))::bit(64)::bigint;

-- The present life, if it has been made. A row that another transaction wrote than it says has come out of a dump. Where
-- unlogged tables are relied on, whoever connects to poll compares the place (outbox/live.sql).
create view cache_life as
select id, inherited from mainstay.cache_incarnation
where xmin::text::numeric = mod(xid::text::numeric, 4294967296) and (not is_logged or place = mainstay.cache_place());

-- Makes the present life if it has not been made here.
create function cache_live() returns void
language sql volatile as $$
    insert into mainstay.cache_incarnation (one)
    select true
    where not exists (
        select from mainstay.cache_life
        inner join mainstay.cache_incarnation using (id)
        where cache_incarnation.place = mainstay.cache_place()
    )
    on conflict (one) do update set
        id = excluded.id, inherited = excluded.inherited, place = excluded.place, is_logged = excluded.is_logged,
        xid = excluded.xid;
$$;

-- Where a crash or a failover is not known to empty unlogged tables, let events be logged; they cost write-ahead log then.
-- Every node begins anew.
create function cache_log_events(is_logged boolean) returns void
language plpgsql as $$
begin
    execute format('alter table mainstay.cache_event set %s', case when is_logged then 'logged' else 'unlogged' end);
    delete from mainstay.cache_incarnation;
end
$$;

-- The part of cache_source for one kind of statement, whose rows are those of `transition_tables`.
create function cache_source_of_statement(
    transition_tables text[], name text, owner text, key text[], most integer
) returns text
language plpgsql stable as $$
declare
    key_columns constant text := (
        select string_agg('key_' || place, ', ' order by place) from generate_subscripts(key, 1) as place
    );
    row_name constant text := (
        select 'owner::text' || string_agg(format(' || '':'' || key_%s::text', place), '' order by place)
        from generate_subscripts(key, 1) as place
    );
    columns constant text := (
        select format('%I as owner, ', owner) || string_agg(format('%I as key_%s', word, place), ', ' order by place)
        from unnest(key) with ordinality as word (word, place)
    );
    rows constant text := (
        select string_agg(format('select %s from %s', columns, transition_table), ' union all ')
        from unnest(transition_tables) as transition_table
    );
begin
    return format(
        $statement$
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[%1$s, mainstay.cache_tag(%2$L || owner), mainstay.cache_tag(%2$L || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (%3$s) collate "C" as row_name
                from (%4$s) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select %2$L || owner::text
            from (select distinct owner from (%4$s) as touched where owner is not null limit %5$s) as told
        );
        if cardinality(owners) = 0 and not exists (%4$s) then
            return null;
        elsif cardinality(owners) >= %5$s then
            names := names || %6$L::text;
        else
            rows := array(
                select %2$L || %3$s
                from (select distinct owner, %7$s from (%4$s) as touched where owner is not null limit %5$s) as told
            );
            names := names || owners || case
                when cardinality(rows) < %5$s then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;$statement$,
        mainstay.cache_tag(name), name || ':', row_name, rows, most + 1, name || ':*', key_columns
    );
end
$$;

-- The body of a table's trigger function. It writes down what a statement has touched: the table, each owner, each row
-- (table, table:owner, table:owner:key). Of more rows than `most` the owners as a whole are named (table:owner:*), of more
-- owners the table as a whole (table:*). Its statements name the table's columns themselves, so that a session plans each
-- once. The name is not taken from the table: a table that is renamed is still read by those who know it by the former name.
create function cache_source(name text, owner text, key text[], most integer) returns text
language plpgsql stable as $$
declare
    -- The owner and the row that a record is of.
    names_of_records constant text[] := (
        select array_agg(
            (
                select format('array[%1$L || %2$s.%3$I::text, %1$L || %2$s.%3$I::text', name || ':', record, owner)
                    || string_agg(format(' || '':'' || %s.%I::text', record, word), '' order by place) || ']'
                from unnest(key) with ordinality as word (word, place)
            )
            order by record desc
        )
        from unnest(array['old', 'new']) as record
    );
begin
    return format(
        $body$
#variable_conflict use_column
declare
    names text[] := array[%1$L];
    owners text[];
    rows text[];
begin
    if tg_level = 'ROW' then
        -- A server that applies what another has sent knows no statements.
        if tg_op <> 'INSERT' then
            names := names || %2$s;
        end if;
        if tg_op <> 'DELETE' then
            names := names || %3$s;
        end if;
    elsif tg_op = 'INSERT' then%4$s
    elsif tg_op = 'UPDATE' then%5$s
    elsif tg_op = 'DELETE' then%6$s
    else
        names := names || %7$L::text;
    end if;
    insert into mainstay.cache_event (tags) select array_agg(distinct mainstay.cache_tag(name))
    from unnest(names) as name
    -- A row of no owner is its table's alone.
    where name is not null;
    return null;
end
$body$,
        name, names_of_records[1], names_of_records[2],
        mainstay.cache_source_of_statement(array['new_rows'], name, owner, key, most),
        mainstay.cache_source_of_statement(array['old_rows', 'new_rows'], name, owner, key, most),
        mainstay.cache_source_of_statement(array['old_rows'], name, owner, key, most),
        name || ':*'
    );
end
$$;

-- Makes the trigger function for a table (cache_source). Tables of which the same is said share it: it is called after what
-- is said, which a dump keeps, unlike the number of a table.
create function cache_make(name text, owner text, key text[], most integer) returns text
language plpgsql as $$
declare
    source constant text := mainstay.cache_source(name, owner, key, most);
    function constant text := 'mainstay.cache_touched_' || left(encode(sha256(convert_to(source, 'UTF8')), 'hex'), 16);
begin
    execute format(
        'create or replace function %s() returns trigger
            language plpgsql security definer set search_path = pg_catalog, pg_temp as %L',
        function, source
    );
    -- Whoever makes it, it has no more rights than the rest.
    execute (
        select format('alter function %s() owner to %s', function, nspowner::regrole)
        from pg_catalog.pg_namespace where nspname = 'mainstay'
    );
    return function;
end
$$;

-- Those functions.
create view cache_function as
select pg_proc.oid
from pg_catalog.pg_proc
where pg_proc.pronamespace = 'mainstay'::regnamespace and pg_proc.proname ~ '^cache_touched_[0-9a-f]{16}$';

-- The triggers that tell of changes. Their arguments say by what name the table is told of, from how many rows on the whole,
-- the owner's column and the columns of the key without it; the function has them, too (cache_source).
create view cache_trigger as
select
    pg_trigger.tgrelid::regclass as watched,
    pg_trigger.tgname as name,
    (
        -- Each argument ends with a zero byte.
        select array_agg(convert_from(decode(part.hex[1], 'hex'), getdatabaseencoding()) order by part.place)
        from regexp_matches(encode(pg_trigger.tgargs, 'hex'), '((?:(?!00)..)*)00', 'g') with ordinality as part (hex, place)
    ) as arguments
from pg_catalog.pg_trigger
where pg_trigger.tgfoid in (select cache_function.oid from mainstay.cache_function)
    -- Those of a partition that its parent's triggers have made go with them.
    and pg_trigger.tgparentid = 0;

-- Which tables are watched, by what name their tags have, what identifies their owners and rows, and of how many rows or
-- owners the whole is named. Partitions are their table's.
create view cache_watched as
select
    cache_trigger.watched,
    cache_trigger.arguments[1] as name,
    cache_trigger.arguments[3] as owner,
    cache_trigger.arguments[4:] as key,
    cache_trigger.arguments[2]::integer as most
from mainstay.cache_trigger
inner join pg_catalog.pg_class on pg_class.oid = cache_trigger.watched
where cache_trigger.name = 'cache_touched_truncate' and not pg_class.relispartition;

-- The table and its partitions.
create function cache_parts(watched regclass) returns setof regclass
language sql stable as $$
    select watched union select relid::regclass from pg_catalog.pg_partition_tree(watched)
$$;

-- A tag stands for one value: what is equal must be written alike.
create function cache_check_column(watched regclass, name text) returns void
language plpgsql stable as $$
declare
    type oid;
    kind "char";
    is_exact boolean;
begin
    select attribute.atttypid, coalesce(pg_collation.collisdeterministic, true)
    into type, is_exact
    from pg_catalog.pg_attribute as attribute
    left join pg_catalog.pg_collation on pg_collation.oid = attribute.attcollation
    where attribute.attrelid = watched and attribute.attname = name and attribute.attnum > 0
        and not attribute.attisdropped;
    if not found then
        raise undefined_column using message = format('the table %s has no column %I', watched, name);
    end if;
    loop
        select pg_type.typtype, case when pg_type.typtype = 'd' then pg_type.typbasetype else type end
        into kind, type
        from pg_catalog.pg_type where pg_type.oid = type;
        exit when kind <> 'd';
    end loop;
    if type not in (
        'smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'uuid'::regtype, 'text'::regtype, 'varchar'::regtype
    ) or not is_exact then
        raise invalid_parameter_value using
            message = format('the column %I of %s cannot be part of a tag: what is equal there may be written in two ways', name, watched),
            hint = 'Owners and keys are smallint, integer, bigint, uuid, text or varchar, of a deterministic collation.';
    end if;
end
$$;

-- From now on changes of this table are told, whoever makes them. `key` identifies a row together with `owner`. Called
-- again, it replaces what was said before, and includes partitions made meanwhile: they tell of what is written to them by
-- their own name. Columns named here are to be renamed together with another call.
create function cache_watch(watched regclass, owner text, key text[], most integer default 256) returns void
language plpgsql as $$
declare
    table_name constant text := (select relname from pg_catalog.pg_class where oid = watched);
    arguments constant text := (
        select string_agg(quote_literal(word), ', ' order by place)
        from unnest(array[table_name, most::text, owner] || key) with ordinality as word (word, place)
    );
    function text;
    part regclass;
    event text;
    rows text;
begin
    if coalesce(cardinality(key), 0) = 0 or owner is null or array_position(key, null) is not null then
        raise invalid_parameter_value using
            message = format('to watch %s, its owner and at least one column of its key must be named', watched),
            hint = 'Where the owner is the whole key, name it twice.';
    end if;
    perform mainstay.cache_check_column(watched, name) from unnest(owner || key) as name;
    if exists (select from mainstay.cache_trigger where cache_trigger.watched = cache_watch.watched) then
        perform mainstay.cache_unwatch(watched);
    end if;
    function := mainstay.cache_make(table_name, owner, key, most);
    foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
        rows := case event
            when 'insert' then 'referencing new table as new_rows'
            when 'update' then 'referencing old table as old_rows new table as new_rows'
            when 'delete' then 'referencing old table as old_rows'
            else ''
        end;
        for part in select mainstay.cache_parts(watched) loop
            execute format(
                'create or replace trigger %I after %s on %s %s for each statement execute function %s(%s)',
                'cache_touched_' || event, event, part, rows, function, arguments
            );
            if event = 'truncate' then
                execute format('alter table %s enable always trigger cache_touched_truncate', part);
            end if;
        end loop;
    end loop;
    insert into mainstay.cache_parted
    select relid from pg_catalog.pg_partition_tree(watched) where not isleaf
    on conflict do nothing;
    -- What a session of the role "replica" does, and the apply of logical replication.
    execute format(
        'create trigger cache_touched_row after insert or update or delete on %s
            for each row execute function %s(%s)',
        watched, function, arguments
    );
    execute format('alter table %s enable replica trigger cache_touched_row', watched);
end
$$;

-- Changes of this table are no longer told. What is kept of it is read again once more.
create function cache_unwatch(watched regclass) returns void
language plpgsql as $$
declare
    trigger record;
    function regprocedure;
begin
    perform mainstay.cache_changed(watched);
    for trigger in
        select cache_trigger.watched as part, cache_trigger.name from mainstay.cache_trigger
        where cache_trigger.watched in (select mainstay.cache_parts(cache_unwatch.watched))
    loop
        execute format('drop trigger %I on %s', trigger.name, trigger.part);
    end loop;
    -- And of tables that have been dropped since.
    for function in
        select cache_function.oid from mainstay.cache_function
        where not exists (select from pg_catalog.pg_trigger where pg_trigger.tgfoid = cache_function.oid)
    loop
        execute format('drop function %s', function);
    end loop;
    delete from mainstay.cache_parted where parent in (select mainstay.cache_parts(cache_unwatch.watched));
end
$$;

-- Tells that anything in this table may have changed: to be called in the transaction that disables triggers or rewrites
-- values (alter table ... using), which no trigger sees.
create function cache_changed(watched regclass) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    name constant text := coalesce(
        (select arguments[1] from mainstay.cache_trigger where cache_trigger.watched = cache_changed.watched limit 1),
        (select relname from pg_class where oid = cache_changed.watched)
    );
begin
    insert into mainstay.cache_event (tags) values (array[mainstay.cache_tag(name), mainstay.cache_tag(name || ':*')]);
end
$$;

-- What a transaction has told of. Its own function, so that triggers of others run with the rights of who commits.
create function cache_told(xid xid8, out incarnation uuid, out tags bigint[])
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    tags := (
        select array_agg(distinct tag)
        from mainstay.cache_event as event, unnest(event.tags) as tag
        where event.xid = cache_told.xid and tag is not null
    );
    if tags is not null then
        incarnation := (select life.id from mainstay.cache_life as life);
    end if;
end
$$;

-- What the running transaction has touched; the last statement before its commit. What is deferred to the commit may touch
-- something, too: it is done before.
create function cache_own(out xid text, out incarnation uuid, out tags bigint[])
language plpgsql as $$
begin
    set constraints all immediate;
    xid := pg_catalog.pg_current_xact_id_if_assigned()::text;
    if xid is not null then
        select told.incarnation, told.tags into cache_own.incarnation, cache_own.tags
        from mainstay.cache_told(xid::xid8) as told;
    end if;
end
$$;
