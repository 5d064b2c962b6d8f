-- By cargo xtask schema, with pg_dump 15: what the migrations make. Not edited by hand.

CREATE SCHEMA mainstay;

CREATE FUNCTION mainstay.cache_changed(watched regclass) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    name constant text := coalesce(
        (select arguments[1] from mainstay.cache_trigger where cache_trigger.watched = cache_changed.watched limit 1),
        (select relname from pg_class where oid = cache_changed.watched)
    );
begin
    insert into mainstay.cache_event (tags) values (array[mainstay.cache_tag(name), mainstay.cache_tag(name || ':*')]);
end
$$;

CREATE FUNCTION mainstay.cache_check_column(watched regclass, name text) RETURNS void
    LANGUAGE plpgsql STABLE
    AS $$
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

CREATE UNLOGGED TABLE mainstay.cache_event (
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    tags bigint[] NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE ONLY mainstay.cache_event REPLICA IDENTITY FULL;

CREATE FUNCTION mainstay.cache_is_logged() RETURNS boolean
    LANGUAGE sql STABLE
    RETURN (SELECT (pg_class.relpersistence = 'p'::"char") FROM pg_class WHERE (pg_class.oid = ('mainstay.cache_event'::regclass)::oid));

CREATE FUNCTION mainstay.cache_live() RETURNS void
    LANGUAGE sql
    AS $$
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

CREATE FUNCTION mainstay.cache_log_events(is_logged boolean) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    execute format('alter table mainstay.cache_event set %s', case when is_logged then 'logged' else 'unlogged' end);
    delete from mainstay.cache_incarnation;
end
$$;

CREATE FUNCTION mainstay.cache_make(name text, owner text, key text[], most integer) RETURNS text
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION mainstay.cache_own(OUT xid text, OUT incarnation uuid, OUT tags bigint[]) RETURNS record
    LANGUAGE plpgsql
    AS $$
begin
    set constraints all immediate;
    xid := pg_catalog.pg_current_xact_id_if_assigned()::text;
    if xid is not null then
        select told.incarnation, told.tags into cache_own.incarnation, cache_own.tags
        from mainstay.cache_told(xid::xid8) as told;
    end if;
end
$$;

CREATE FUNCTION mainstay.cache_parts(watched regclass) RETURNS SETOF regclass
    LANGUAGE sql STABLE
    AS $$
    select watched union select relid::regclass from pg_catalog.pg_partition_tree(watched)
$$;

CREATE FUNCTION mainstay.cache_place() RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION mainstay.cache_running() RETURNS xid8[]
    LANGUAGE sql STABLE
    RETURN (SELECT COALESCE(array_agg(xid.xid), '{}'::xid8[]) AS "coalesce" FROM pg_snapshot_xip(pg_current_snapshot()) xid(xid));

CREATE FUNCTION mainstay.cache_source(name text, owner text, key text[], most integer) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $_$
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
$_$;

CREATE FUNCTION mainstay.cache_source_of_statement(transition_tables text[], name text, owner text, key text[], most integer) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $_$
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
$_$;

CREATE FUNCTION mainstay.cache_tag(name text) RETURNS bigint
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN ((('x'::text || "left"(encode(sha256(convert_to(name, 'UTF8'::name)), 'hex'::text), 16)))::bit(64))::bigint;

CREATE FUNCTION mainstay.cache_told(xid xid8, OUT incarnation uuid, OUT tags bigint[]) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION mainstay.cache_touched_05e94e5233c3700a() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
    names text[] := array['activity'];
    owners text[];
    rows text[];
begin
    if tg_level = 'ROW' then
        -- A server that applies what another has sent knows no statements.
        if tg_op <> 'INSERT' then
            names := names || array['activity:' || old.athlete_id::text, 'activity:' || old.athlete_id::text || ':' || old.id::text];
        end if;
        if tg_op <> 'DELETE' then
            names := names || array['activity:' || new.athlete_id::text, 'activity:' || new.athlete_id::text || ':' || new.id::text];
        end if;
    elsif tg_op = 'INSERT' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[455292629426962982, mainstay.cache_tag('activity:' || owner), mainstay.cache_tag('activity:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select athlete_id as owner, id as key_1 from new_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'activity:' || owner::text
            from (select distinct owner from (select athlete_id as owner, id as key_1 from new_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select athlete_id as owner, id as key_1 from new_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'activity:*'::text;
        else
            rows := array(
                select 'activity:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select athlete_id as owner, id as key_1 from new_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    elsif tg_op = 'UPDATE' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[455292629426962982, mainstay.cache_tag('activity:' || owner), mainstay.cache_tag('activity:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select athlete_id as owner, id as key_1 from old_rows union all select athlete_id as owner, id as key_1 from new_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'activity:' || owner::text
            from (select distinct owner from (select athlete_id as owner, id as key_1 from old_rows union all select athlete_id as owner, id as key_1 from new_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select athlete_id as owner, id as key_1 from old_rows union all select athlete_id as owner, id as key_1 from new_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'activity:*'::text;
        else
            rows := array(
                select 'activity:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select athlete_id as owner, id as key_1 from old_rows union all select athlete_id as owner, id as key_1 from new_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    elsif tg_op = 'DELETE' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[455292629426962982, mainstay.cache_tag('activity:' || owner), mainstay.cache_tag('activity:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select athlete_id as owner, id as key_1 from old_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'activity:' || owner::text
            from (select distinct owner from (select athlete_id as owner, id as key_1 from old_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select athlete_id as owner, id as key_1 from old_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'activity:*'::text;
        else
            rows := array(
                select 'activity:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select athlete_id as owner, id as key_1 from old_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    else
        names := names || 'activity:*'::text;
    end if;
    insert into mainstay.cache_event (tags) select array_agg(distinct mainstay.cache_tag(name))
    from unnest(names) as name
    -- A row of no owner is its table's alone.
    where name is not null;
    return null;
end
$$;

CREATE FUNCTION mainstay.cache_touched_200d4f078ac17e96() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
    names text[] := array['activity_split'];
    owners text[];
    rows text[];
begin
    if tg_level = 'ROW' then
        -- A server that applies what another has sent knows no statements.
        if tg_op <> 'INSERT' then
            names := names || array['activity_split:' || old.athlete_id::text, 'activity_split:' || old.athlete_id::text || ':' || old.activity_id::text];
        end if;
        if tg_op <> 'DELETE' then
            names := names || array['activity_split:' || new.athlete_id::text, 'activity_split:' || new.athlete_id::text || ':' || new.activity_id::text];
        end if;
    elsif tg_op = 'INSERT' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[-5174381868309659481, mainstay.cache_tag('activity_split:' || owner), mainstay.cache_tag('activity_split:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select athlete_id as owner, activity_id as key_1 from new_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'activity_split:' || owner::text
            from (select distinct owner from (select athlete_id as owner, activity_id as key_1 from new_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select athlete_id as owner, activity_id as key_1 from new_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'activity_split:*'::text;
        else
            rows := array(
                select 'activity_split:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select athlete_id as owner, activity_id as key_1 from new_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    elsif tg_op = 'UPDATE' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[-5174381868309659481, mainstay.cache_tag('activity_split:' || owner), mainstay.cache_tag('activity_split:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select athlete_id as owner, activity_id as key_1 from old_rows union all select athlete_id as owner, activity_id as key_1 from new_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'activity_split:' || owner::text
            from (select distinct owner from (select athlete_id as owner, activity_id as key_1 from old_rows union all select athlete_id as owner, activity_id as key_1 from new_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select athlete_id as owner, activity_id as key_1 from old_rows union all select athlete_id as owner, activity_id as key_1 from new_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'activity_split:*'::text;
        else
            rows := array(
                select 'activity_split:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select athlete_id as owner, activity_id as key_1 from old_rows union all select athlete_id as owner, activity_id as key_1 from new_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    elsif tg_op = 'DELETE' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[-5174381868309659481, mainstay.cache_tag('activity_split:' || owner), mainstay.cache_tag('activity_split:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select athlete_id as owner, activity_id as key_1 from old_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'activity_split:' || owner::text
            from (select distinct owner from (select athlete_id as owner, activity_id as key_1 from old_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select athlete_id as owner, activity_id as key_1 from old_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'activity_split:*'::text;
        else
            rows := array(
                select 'activity_split:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select athlete_id as owner, activity_id as key_1 from old_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    else
        names := names || 'activity_split:*'::text;
    end if;
    insert into mainstay.cache_event (tags) select array_agg(distinct mainstay.cache_tag(name))
    from unnest(names) as name
    -- A row of no owner is its table's alone.
    where name is not null;
    return null;
end
$$;

CREATE FUNCTION mainstay.cache_touched_20ba6ed04a3b3d82() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
    names text[] := array['best_effort'];
    owners text[];
    rows text[];
begin
    if tg_level = 'ROW' then
        -- A server that applies what another has sent knows no statements.
        if tg_op <> 'INSERT' then
            names := names || array['best_effort:' || old.athlete_id::text, 'best_effort:' || old.athlete_id::text || ':' || old.activity_id::text];
        end if;
        if tg_op <> 'DELETE' then
            names := names || array['best_effort:' || new.athlete_id::text, 'best_effort:' || new.athlete_id::text || ':' || new.activity_id::text];
        end if;
    elsif tg_op = 'INSERT' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[-288989454264291675, mainstay.cache_tag('best_effort:' || owner), mainstay.cache_tag('best_effort:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select athlete_id as owner, activity_id as key_1 from new_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'best_effort:' || owner::text
            from (select distinct owner from (select athlete_id as owner, activity_id as key_1 from new_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select athlete_id as owner, activity_id as key_1 from new_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'best_effort:*'::text;
        else
            rows := array(
                select 'best_effort:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select athlete_id as owner, activity_id as key_1 from new_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    elsif tg_op = 'UPDATE' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[-288989454264291675, mainstay.cache_tag('best_effort:' || owner), mainstay.cache_tag('best_effort:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select athlete_id as owner, activity_id as key_1 from old_rows union all select athlete_id as owner, activity_id as key_1 from new_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'best_effort:' || owner::text
            from (select distinct owner from (select athlete_id as owner, activity_id as key_1 from old_rows union all select athlete_id as owner, activity_id as key_1 from new_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select athlete_id as owner, activity_id as key_1 from old_rows union all select athlete_id as owner, activity_id as key_1 from new_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'best_effort:*'::text;
        else
            rows := array(
                select 'best_effort:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select athlete_id as owner, activity_id as key_1 from old_rows union all select athlete_id as owner, activity_id as key_1 from new_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    elsif tg_op = 'DELETE' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[-288989454264291675, mainstay.cache_tag('best_effort:' || owner), mainstay.cache_tag('best_effort:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select athlete_id as owner, activity_id as key_1 from old_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'best_effort:' || owner::text
            from (select distinct owner from (select athlete_id as owner, activity_id as key_1 from old_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select athlete_id as owner, activity_id as key_1 from old_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'best_effort:*'::text;
        else
            rows := array(
                select 'best_effort:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select athlete_id as owner, activity_id as key_1 from old_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    else
        names := names || 'best_effort:*'::text;
    end if;
    insert into mainstay.cache_event (tags) select array_agg(distinct mainstay.cache_tag(name))
    from unnest(names) as name
    -- A row of no owner is its table's alone.
    where name is not null;
    return null;
end
$$;

CREATE FUNCTION mainstay.cache_touched_2a3af391658e109a() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
    names text[] := array['athlete'];
    owners text[];
    rows text[];
begin
    if tg_level = 'ROW' then
        -- A server that applies what another has sent knows no statements.
        if tg_op <> 'INSERT' then
            names := names || array['athlete:' || old.id::text, 'athlete:' || old.id::text || ':' || old.id::text];
        end if;
        if tg_op <> 'DELETE' then
            names := names || array['athlete:' || new.id::text, 'athlete:' || new.id::text || ':' || new.id::text];
        end if;
    elsif tg_op = 'INSERT' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[2567605167386656338, mainstay.cache_tag('athlete:' || owner), mainstay.cache_tag('athlete:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select id as owner, id as key_1 from new_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'athlete:' || owner::text
            from (select distinct owner from (select id as owner, id as key_1 from new_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select id as owner, id as key_1 from new_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'athlete:*'::text;
        else
            rows := array(
                select 'athlete:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select id as owner, id as key_1 from new_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    elsif tg_op = 'UPDATE' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[2567605167386656338, mainstay.cache_tag('athlete:' || owner), mainstay.cache_tag('athlete:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select id as owner, id as key_1 from old_rows union all select id as owner, id as key_1 from new_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'athlete:' || owner::text
            from (select distinct owner from (select id as owner, id as key_1 from old_rows union all select id as owner, id as key_1 from new_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select id as owner, id as key_1 from old_rows union all select id as owner, id as key_1 from new_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'athlete:*'::text;
        else
            rows := array(
                select 'athlete:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select id as owner, id as key_1 from old_rows union all select id as owner, id as key_1 from new_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    elsif tg_op = 'DELETE' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[2567605167386656338, mainstay.cache_tag('athlete:' || owner), mainstay.cache_tag('athlete:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select id as owner, id as key_1 from old_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'athlete:' || owner::text
            from (select distinct owner from (select id as owner, id as key_1 from old_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select id as owner, id as key_1 from old_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'athlete:*'::text;
        else
            rows := array(
                select 'athlete:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select id as owner, id as key_1 from old_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    else
        names := names || 'athlete:*'::text;
    end if;
    insert into mainstay.cache_event (tags) select array_agg(distinct mainstay.cache_tag(name))
    from unnest(names) as name
    -- A row of no owner is its table's alone.
    where name is not null;
    return null;
end
$$;

CREATE FUNCTION mainstay.cache_touched_730fcf3f2df8444f() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
    names text[] := array['login_session'];
    owners text[];
    rows text[];
begin
    if tg_level = 'ROW' then
        -- A server that applies what another has sent knows no statements.
        if tg_op <> 'INSERT' then
            names := names || array['login_session:' || old.athlete_id::text, 'login_session:' || old.athlete_id::text || ':' || old.id::text];
        end if;
        if tg_op <> 'DELETE' then
            names := names || array['login_session:' || new.athlete_id::text, 'login_session:' || new.athlete_id::text || ':' || new.id::text];
        end if;
    elsif tg_op = 'INSERT' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[-5197155141686933486, mainstay.cache_tag('login_session:' || owner), mainstay.cache_tag('login_session:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select athlete_id as owner, id as key_1 from new_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'login_session:' || owner::text
            from (select distinct owner from (select athlete_id as owner, id as key_1 from new_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select athlete_id as owner, id as key_1 from new_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'login_session:*'::text;
        else
            rows := array(
                select 'login_session:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select athlete_id as owner, id as key_1 from new_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    elsif tg_op = 'UPDATE' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[-5197155141686933486, mainstay.cache_tag('login_session:' || owner), mainstay.cache_tag('login_session:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select athlete_id as owner, id as key_1 from old_rows union all select athlete_id as owner, id as key_1 from new_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'login_session:' || owner::text
            from (select distinct owner from (select athlete_id as owner, id as key_1 from old_rows union all select athlete_id as owner, id as key_1 from new_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select athlete_id as owner, id as key_1 from old_rows union all select athlete_id as owner, id as key_1 from new_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'login_session:*'::text;
        else
            rows := array(
                select 'login_session:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select athlete_id as owner, id as key_1 from old_rows union all select athlete_id as owner, id as key_1 from new_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    elsif tg_op = 'DELETE' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[-5197155141686933486, mainstay.cache_tag('login_session:' || owner), mainstay.cache_tag('login_session:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select athlete_id as owner, id as key_1 from old_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'login_session:' || owner::text
            from (select distinct owner from (select athlete_id as owner, id as key_1 from old_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select athlete_id as owner, id as key_1 from old_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'login_session:*'::text;
        else
            rows := array(
                select 'login_session:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select athlete_id as owner, id as key_1 from old_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    else
        names := names || 'login_session:*'::text;
    end if;
    insert into mainstay.cache_event (tags) select array_agg(distinct mainstay.cache_tag(name))
    from unnest(names) as name
    -- A row of no owner is its table's alone.
    where name is not null;
    return null;
end
$$;

CREATE FUNCTION mainstay.cache_touched_8e109ab6c4603e71() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
    names text[] := array['activity_analysis'];
    owners text[];
    rows text[];
begin
    if tg_level = 'ROW' then
        -- A server that applies what another has sent knows no statements.
        if tg_op <> 'INSERT' then
            names := names || array['activity_analysis:' || old.athlete_id::text, 'activity_analysis:' || old.athlete_id::text || ':' || old.activity_id::text];
        end if;
        if tg_op <> 'DELETE' then
            names := names || array['activity_analysis:' || new.athlete_id::text, 'activity_analysis:' || new.athlete_id::text || ':' || new.activity_id::text];
        end if;
    elsif tg_op = 'INSERT' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[-6400537772712213958, mainstay.cache_tag('activity_analysis:' || owner), mainstay.cache_tag('activity_analysis:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select athlete_id as owner, activity_id as key_1 from new_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'activity_analysis:' || owner::text
            from (select distinct owner from (select athlete_id as owner, activity_id as key_1 from new_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select athlete_id as owner, activity_id as key_1 from new_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'activity_analysis:*'::text;
        else
            rows := array(
                select 'activity_analysis:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select athlete_id as owner, activity_id as key_1 from new_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    elsif tg_op = 'UPDATE' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[-6400537772712213958, mainstay.cache_tag('activity_analysis:' || owner), mainstay.cache_tag('activity_analysis:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select athlete_id as owner, activity_id as key_1 from old_rows union all select athlete_id as owner, activity_id as key_1 from new_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'activity_analysis:' || owner::text
            from (select distinct owner from (select athlete_id as owner, activity_id as key_1 from old_rows union all select athlete_id as owner, activity_id as key_1 from new_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select athlete_id as owner, activity_id as key_1 from old_rows union all select athlete_id as owner, activity_id as key_1 from new_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'activity_analysis:*'::text;
        else
            rows := array(
                select 'activity_analysis:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select athlete_id as owner, activity_id as key_1 from old_rows union all select athlete_id as owner, activity_id as key_1 from new_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    elsif tg_op = 'DELETE' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[-6400537772712213958, mainstay.cache_tag('activity_analysis:' || owner), mainstay.cache_tag('activity_analysis:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select athlete_id as owner, activity_id as key_1 from old_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'activity_analysis:' || owner::text
            from (select distinct owner from (select athlete_id as owner, activity_id as key_1 from old_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select athlete_id as owner, activity_id as key_1 from old_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'activity_analysis:*'::text;
        else
            rows := array(
                select 'activity_analysis:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select athlete_id as owner, activity_id as key_1 from old_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    else
        names := names || 'activity_analysis:*'::text;
    end if;
    insert into mainstay.cache_event (tags) select array_agg(distinct mainstay.cache_tag(name))
    from unnest(names) as name
    -- A row of no owner is its table's alone.
    where name is not null;
    return null;
end
$$;

CREATE FUNCTION mainstay.cache_touched_c1e5d7bc981955c5() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
    names text[] := array['activity_source'];
    owners text[];
    rows text[];
begin
    if tg_level = 'ROW' then
        -- A server that applies what another has sent knows no statements.
        if tg_op <> 'INSERT' then
            names := names || array['activity_source:' || old.athlete_id::text, 'activity_source:' || old.athlete_id::text || ':' || old.activity_id::text];
        end if;
        if tg_op <> 'DELETE' then
            names := names || array['activity_source:' || new.athlete_id::text, 'activity_source:' || new.athlete_id::text || ':' || new.activity_id::text];
        end if;
    elsif tg_op = 'INSERT' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[-6104416149384321496, mainstay.cache_tag('activity_source:' || owner), mainstay.cache_tag('activity_source:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select athlete_id as owner, activity_id as key_1 from new_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'activity_source:' || owner::text
            from (select distinct owner from (select athlete_id as owner, activity_id as key_1 from new_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select athlete_id as owner, activity_id as key_1 from new_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'activity_source:*'::text;
        else
            rows := array(
                select 'activity_source:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select athlete_id as owner, activity_id as key_1 from new_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    elsif tg_op = 'UPDATE' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[-6104416149384321496, mainstay.cache_tag('activity_source:' || owner), mainstay.cache_tag('activity_source:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select athlete_id as owner, activity_id as key_1 from old_rows union all select athlete_id as owner, activity_id as key_1 from new_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'activity_source:' || owner::text
            from (select distinct owner from (select athlete_id as owner, activity_id as key_1 from old_rows union all select athlete_id as owner, activity_id as key_1 from new_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select athlete_id as owner, activity_id as key_1 from old_rows union all select athlete_id as owner, activity_id as key_1 from new_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'activity_source:*'::text;
        else
            rows := array(
                select 'activity_source:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select athlete_id as owner, activity_id as key_1 from old_rows union all select athlete_id as owner, activity_id as key_1 from new_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    elsif tg_op = 'DELETE' then
        -- Most statements touch one row: what it is called before and after is asked and written at once.
        insert into mainstay.cache_event (tags)
        select array_remove(array[-6104416149384321496, mainstay.cache_tag('activity_source:' || owner), mainstay.cache_tag('activity_source:' || row_name)], null)
        from (
            select
                count(*) as rows,
                min(owner) as owner, max(owner) as other_owner,
                min(row_name) as row_name, max(row_name) as other_row_name
            from (
                select owner::text collate "C" as owner, (owner::text || ':' || key_1::text) collate "C" as row_name
                from (select athlete_id as owner, activity_id as key_1 from old_rows) as touched
                limit 3
            ) as first
        ) as one
        where rows between 1 and 2
            and owner is not distinct from other_owner and row_name is not distinct from other_row_name;
        if found then
            return null;
        end if;
        owners := array(
            select 'activity_source:' || owner::text
            from (select distinct owner from (select athlete_id as owner, activity_id as key_1 from old_rows) as touched where owner is not null limit 257) as told
        );
        if cardinality(owners) = 0 and not exists (select athlete_id as owner, activity_id as key_1 from old_rows) then
            return null;
        elsif cardinality(owners) >= 257 then
            names := names || 'activity_source:*'::text;
        else
            rows := array(
                select 'activity_source:' || owner::text || ':' || key_1::text
                from (select distinct owner, key_1 from (select athlete_id as owner, activity_id as key_1 from old_rows) as touched where owner is not null limit 257) as told
            );
            names := names || owners || case
                when cardinality(rows) < 257 then rows
                else array(select told || ':*' from unnest(owners) as told) end;
        end if;
    else
        names := names || 'activity_source:*'::text;
    end if;
    insert into mainstay.cache_event (tags) select array_agg(distinct mainstay.cache_tag(name))
    from unnest(names) as name
    -- A row of no owner is its table's alone.
    where name is not null;
    return null;
end
$$;

CREATE FUNCTION mainstay.cache_unwatch(watched regclass) RETURNS void
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION mainstay.cache_watch(watched regclass, owner text, key text[], most integer DEFAULT 256) RETURNS void
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION mainstay.job_ahead(of_queue text, of_key text, than bigint) RETURNS TABLE(nth bigint)
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    select other.nth from mainstay.job_running as other where other.queue = of_queue and other.ordering_key = of_key
    union all
    select other.nth from mainstay.job_ready as other
    where other.queue = of_queue and other.ordering_key = of_key and other.nth < than
$$;

CREATE VIEW mainstay.cache_function AS
 SELECT pg_proc.oid
   FROM pg_proc
  WHERE ((pg_proc.pronamespace = ('mainstay'::regnamespace)::oid) AND (pg_proc.proname ~ '^cache_touched_[0-9a-f]{16}$'::text));

CREATE TABLE mainstay.cache_hot (
    name text NOT NULL,
    key bytea NOT NULL,
    hits bigint NOT NULL,
    noted_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT cache_hot_hits_range CHECK ((hits >= 0)),
    CONSTRAINT cache_hot_key_length CHECK ((octet_length(key) <= 1024))
);

CREATE UNLOGGED TABLE mainstay.cache_incarnation (
    one boolean DEFAULT true NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    inherited xid8[] DEFAULT mainstay.cache_running() NOT NULL,
    place text DEFAULT mainstay.cache_place() NOT NULL,
    is_logged boolean DEFAULT mainstay.cache_is_logged() NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT cache_incarnation_one CHECK (one)
);

CREATE VIEW mainstay.cache_life AS
 SELECT cache_incarnation.id,
    cache_incarnation.inherited
   FROM mainstay.cache_incarnation
  WHERE ((((cache_incarnation.xmin)::text)::numeric = mod(((cache_incarnation.xid)::text)::numeric, ('4294967296'::bigint)::numeric)) AND ((NOT cache_incarnation.is_logged) OR (cache_incarnation.place = mainstay.cache_place())));

CREATE TABLE mainstay.cache_parted (
    parent regclass NOT NULL
);

CREATE TABLE mainstay.cache_retained (
    one boolean DEFAULT true NOT NULL,
    below xid8 DEFAULT '0'::xid8 NOT NULL,
    CONSTRAINT cache_retained_one CHECK (one)
);

CREATE VIEW mainstay.cache_trigger AS
 SELECT (pg_trigger.tgrelid)::regclass AS watched,
    pg_trigger.tgname AS name,
    ( SELECT array_agg(convert_from(decode(part.hex[1], 'hex'::text), getdatabaseencoding()) ORDER BY part.place) AS array_agg
           FROM regexp_matches(encode(pg_trigger.tgargs, 'hex'::text), '((?:(?!00)..)*)00'::text, 'g'::text) WITH ORDINALITY part(hex, place)) AS arguments
   FROM pg_trigger
  WHERE ((pg_trigger.tgfoid IN ( SELECT cache_function.oid
           FROM mainstay.cache_function)) AND (pg_trigger.tgparentid = (0)::oid));

CREATE VIEW mainstay.cache_watched AS
 SELECT cache_trigger.watched,
    cache_trigger.arguments[1] AS name,
    cache_trigger.arguments[3] AS owner,
    cache_trigger.arguments[4:] AS key,
    (cache_trigger.arguments[2])::integer AS most
   FROM (mainstay.cache_trigger
     JOIN pg_class ON ((pg_class.oid = (cache_trigger.watched)::oid)))
  WHERE ((cache_trigger.name = 'cache_touched_truncate'::name) AND (NOT pg_class.relispartition));

CREATE TABLE mainstay.event (
    id uuid NOT NULL,
    tx xid8 NOT NULL,
    nth bigint NOT NULL,
    type text NOT NULL,
    source text NOT NULL,
    subject text,
    key text,
    body jsonb NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
)
PARTITION BY RANGE (id);

CREATE TABLE mainstay.event_key (
    key text NOT NULL,
    tx xid8 NOT NULL
)
WITH (fillfactor='70');

ALTER TABLE mainstay.event ALTER COLUMN nth ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME mainstay.event_nth_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE mainstay.event_reader (
    name text NOT NULL,
    tx xid8 NOT NULL,
    nth bigint NOT NULL,
    moved_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
)
WITH (fillfactor='70');

CREATE TABLE mainstay.event_subscription (
    name text NOT NULL,
    type text NOT NULL,
    queue text NOT NULL,
    kind text NOT NULL,
    priority smallint NOT NULL,
    attempts_most smallint NOT NULL,
    timeout_ms bigint,
    since timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    gone_at timestamp with time zone
);

CREATE TABLE mainstay.job (
    id uuid NOT NULL,
    queue text NOT NULL,
    kind text NOT NULL,
    priority smallint NOT NULL,
    payload jsonb NOT NULL,
    owner uuid,
    attempts_most smallint NOT NULL,
    timeout_ms bigint,
    held_key bytea,
    held_ms bigint,
    ordering_key text,
    limit_key text,
    seen text,
    trace text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
)
PARTITION BY RANGE (id);

CREATE TABLE mainstay.job_attempt (
    id uuid NOT NULL,
    run bigint NOT NULL,
    attempt smallint NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    cause text NOT NULL,
    detail text NOT NULL,
    CONSTRAINT job_attempt_cause CHECK ((cause = ANY (ARRAY['error'::text, 'panic'::text, 'timeout'::text, 'crash'::text, 'cut'::text, 'payload'::text])))
)
PARTITION BY RANGE (id);

CREATE TABLE mainstay.job_checkpoint (
    id uuid NOT NULL,
    data jsonb NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

CREATE TABLE mainstay.job_cron (
    name text NOT NULL,
    spec text NOT NULL,
    zone text NOT NULL,
    queue text NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    priority smallint NOT NULL,
    attempts_most smallint NOT NULL,
    timeout_ms bigint,
    misfire text NOT NULL,
    catch_up_most integer,
    paused_at timestamp with time zone,
    next_at timestamp with time zone,
    last_at timestamp with time zone,
    declared_by bigint NOT NULL,
    retired_at timestamp with time zone,
    CONSTRAINT job_cron_catch_up CHECK ((((misfire = 'catch_up'::text) = (catch_up_most IS NOT NULL)) AND (COALESCE(catch_up_most, 1) > 0))),
    CONSTRAINT job_cron_misfire CHECK ((misfire = ANY (ARRAY['skip'::text, 'coalesce'::text, 'catch_up'::text])))
)
WITH (fillfactor='70');

CREATE TABLE mainstay.job_dead (
    id uuid NOT NULL,
    queue text NOT NULL,
    kind text NOT NULL,
    priority smallint NOT NULL,
    payload jsonb NOT NULL,
    owner uuid,
    attempts smallint NOT NULL,
    crashes smallint NOT NULL,
    attempts_most smallint NOT NULL,
    timeout_ms bigint,
    ordering_key text,
    limit_key text,
    seen text,
    reason text NOT NULL,
    error text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    died_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    held_key bytea,
    held_ms bigint,
    trace text,
    CONSTRAINT job_dead_reason CHECK ((reason = ANY (ARRAY['attempts'::text, 'poison'::text])))
);

CREATE TABLE mainstay.job_outcome (
    id uuid NOT NULL,
    state text NOT NULL,
    attempts smallint NOT NULL,
    crashes smallint NOT NULL,
    worker bigint,
    started_at timestamp with time zone,
    finished_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    result jsonb,
    error text,
    queue text,
    kind text,
    owner uuid,
    CONSTRAINT job_outcome_state CHECK ((state = ANY (ARRAY['succeeded'::text, 'failed'::text, 'discarded'::text, 'cancelled'::text])))
)
PARTITION BY RANGE (id);

CREATE TABLE mainstay.job_queue (
    name text NOT NULL,
    paused_at timestamp with time zone,
    running_most integer,
    running_most_of_key integer,
    rate_per_s double precision,
    rate_burst double precision,
    tokens double precision DEFAULT 0 NOT NULL,
    tokens_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT job_queue_limits CHECK (((COALESCE(running_most, 1) > 0) AND (COALESCE(running_most_of_key, 1) > 0) AND (COALESCE(rate_per_s, (1)::double precision) > (0)::double precision) AND (COALESCE(rate_burst, (1)::double precision) >= (1)::double precision) AND ((rate_per_s IS NULL) = (rate_burst IS NULL))))
)
WITH (fillfactor='50');

CREATE TABLE mainstay.job_ready (
    id uuid NOT NULL,
    nth bigint NOT NULL,
    queue text NOT NULL,
    priority smallint NOT NULL,
    run_at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    crashes smallint DEFAULT 0 NOT NULL,
    attempts_most smallint NOT NULL,
    timeout_ms bigint,
    held_key bytea,
    ordering_key text,
    limit_key text
)
WITH (fillfactor='90', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='10000', autovacuum_vacuum_cost_delay='0', autovacuum_vacuum_insert_scale_factor='0', autovacuum_vacuum_insert_threshold='50000');

ALTER TABLE mainstay.job_ready ALTER COLUMN nth ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME mainstay.job_ready_nth_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE mainstay.job_running (
    run bigint NOT NULL,
    id uuid NOT NULL,
    nth bigint NOT NULL,
    worker bigint NOT NULL,
    queue text NOT NULL,
    priority smallint NOT NULL,
    kind text NOT NULL,
    attempts smallint NOT NULL,
    crashes smallint NOT NULL,
    attempts_most smallint NOT NULL,
    timeout_ms bigint,
    held_key bytea,
    ordering_key text,
    limit_key text,
    started_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    deadline timestamp with time zone,
    cancel_requested boolean DEFAULT false NOT NULL,
    progress real,
    progress_message text
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='10000', autovacuum_vacuum_cost_delay='0', autovacuum_vacuum_insert_scale_factor='0', autovacuum_vacuum_insert_threshold='50000');

ALTER TABLE mainstay.job_running ALTER COLUMN run ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mainstay.job_running_run_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW mainstay.job_shown AS
 SELECT job.id,
    job.queue,
    job.kind,
    job.priority,
    job.payload,
    job.owner,
    job.attempts_most,
    job.trace,
    job.created_at,
    place.state,
    place.attempts,
    place.crashes,
    place.run_at,
    place.worker,
    place.is_cancelling,
    place.started_at,
    place.finished_at,
    place.progress,
    place.progress_message,
    place.result,
    place.error
   FROM (mainstay.job
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN (job_ready.run_at <= statement_timestamp()) THEN 'queued'::text
                    WHEN (job_ready.attempts > 0) THEN 'retrying'::text
                    ELSE 'scheduled'::text
                END AS state,
            job_ready.attempts,
            job_ready.crashes,
            job_ready.run_at,
            NULL::bigint AS worker,
            false AS is_cancelling,
            NULL::timestamp with time zone AS started_at,
            NULL::timestamp with time zone AS finished_at,
            NULL::real AS progress,
            NULL::text AS progress_message,
            NULL::jsonb AS result,
            NULL::text AS error
           FROM mainstay.job_ready
          WHERE (job_ready.id = job.id)
        UNION ALL
         SELECT 'running'::text,
            job_running.attempts,
            job_running.crashes,
            NULL::timestamp with time zone,
            job_running.worker,
            job_running.cancel_requested,
            job_running.started_at,
            NULL::timestamp with time zone,
            job_running.progress,
            job_running.progress_message,
            NULL::jsonb,
            NULL::text
           FROM mainstay.job_running
          WHERE (job_running.id = job.id)
        UNION ALL
         SELECT job_outcome.state,
            job_outcome.attempts,
            job_outcome.crashes,
            NULL::timestamp with time zone,
            job_outcome.worker,
            false,
            job_outcome.started_at,
            job_outcome.finished_at,
            NULL::real,
            NULL::text,
            job_outcome.result,
            job_outcome.error
           FROM mainstay.job_outcome
          WHERE (job_outcome.id = job.id)
 LIMIT 1) place);

CREATE TABLE mainstay.job_unique (
    key bytea NOT NULL,
    id uuid NOT NULL,
    until timestamp with time zone
);

CREATE TABLE mainstay.job_worker (
    id bigint NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    started_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    last_seen timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    ttl_ms bigint NOT NULL,
    is_draining boolean DEFAULT false NOT NULL,
    queues text[] NOT NULL,
    kinds text[] NOT NULL,
    slots integer NOT NULL,
    process bigint
)
WITH (fillfactor='50');

ALTER TABLE mainstay.job_worker ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mainstay.job_worker_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE mainstay.lease (
    name text NOT NULL,
    holder text NOT NULL,
    token bigint NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

CREATE TABLE mainstay.migration (
    history text NOT NULL,
    version bigint NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    took_ms bigint NOT NULL
);

CREATE TABLE mainstay.statement_history (
    taken_at timestamp with time zone NOT NULL,
    process text NOT NULL,
    name text NOT NULL,
    since timestamp with time zone NOT NULL,
    calls bigint NOT NULL,
    failed bigint NOT NULL,
    slow bigint NOT NULL,
    total_ms double precision NOT NULL,
    rows bigint NOT NULL,
    CONSTRAINT statement_history_counts_positive CHECK (((calls > 0) AND (failed >= 0) AND (slow >= 0) AND (total_ms >= (0)::double precision) AND (rows >= 0))),
    CONSTRAINT statement_history_span CHECK ((since < taken_at))
)
PARTITION BY RANGE (taken_at);

CREATE TABLE public.activity (
    athlete_id uuid NOT NULL,
    id uuid NOT NULL,
    parent_id uuid,
    leg_index smallint,
    sport text NOT NULL,
    sub_sport text,
    name text NOT NULL,
    notes text,
    start_time timestamp with time zone NOT NULL,
    end_time timestamp with time zone NOT NULL,
    source_format text NOT NULL,
    primary_sha256 bytea,
    device text,
    elapsed_s double precision NOT NULL,
    moving_time_s double precision NOT NULL,
    timer_s double precision,
    distance_m double precision,
    ascent_m double precision,
    descent_m double precision,
    avg_hr_bpm double precision,
    max_hr_bpm double precision,
    avg_cadence_per_min double precision,
    avg_power_w double precision,
    energy_kcal double precision,
    rpe double precision,
    gear text,
    is_race boolean DEFAULT false NOT NULL,
    has_track boolean DEFAULT false NOT NULL,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    edited text[] DEFAULT '{}'::text[] NOT NULL,
    channels text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT activity_distance_range CHECK (((distance_m >= (0)::double precision) AND (distance_m <= (10000000)::double precision))),
    CONSTRAINT activity_elapsed_range CHECK (((elapsed_s >= (0)::double precision) AND (elapsed_s <= (2678400)::double precision))),
    CONSTRAINT activity_hr_range CHECK ((((avg_hr_bpm >= (20)::double precision) AND (avg_hr_bpm <= (260)::double precision)) AND ((max_hr_bpm >= (20)::double precision) AND (max_hr_bpm <= (260)::double precision)))),
    CONSTRAINT activity_leg_of_parent CHECK (((parent_id IS NULL) = (leg_index IS NULL))),
    CONSTRAINT activity_moving_range CHECK (((moving_time_s >= (0)::double precision) AND (moving_time_s <= (2678400)::double precision))),
    CONSTRAINT activity_name_length CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT activity_notes_length CHECK ((length(notes) <= 10000)),
    CONSTRAINT activity_rpe_range CHECK (((rpe >= (0)::double precision) AND (rpe <= (10)::double precision))),
    CONSTRAINT activity_source_known CHECK ((source_format = ANY (ARRAY['fit'::text, 'tcx'::text, 'gpx'::text, 'manual'::text]))),
    CONSTRAINT activity_sport_known CHECK ((sport = ANY (ARRAY['run'::text, 'cycling'::text, 'walking'::text, 'hiking'::text, 'swimming'::text, 'rowing'::text, 'strength'::text, 'flexibility'::text, 'transition'::text, 'multisport'::text, 'other'::text]))),
    CONSTRAINT activity_time_order CHECK ((end_time >= start_time))
);

CREATE TABLE public.activity_analysis (
    athlete_id uuid NOT NULL,
    activity_id uuid NOT NULL,
    algorithm_version integer NOT NULL,
    inputs_hash text NOT NULL,
    efficiency_factor double precision,
    first_half_ef double precision,
    second_half_ef double precision,
    decoupling_percent double precision,
    efficiency_reasons jsonb NOT NULL,
    decoupling_reasons jsonb NOT NULL,
    ngp_m_s double precision,
    load double precision,
    load_source text,
    trimp double precision,
    computed_at timestamp with time zone NOT NULL,
    efficiency_variance double precision,
    failed_version integer,
    CONSTRAINT activity_analysis_load_source_known CHECK ((load_source = ANY (ARRAY['power'::text, 'pace'::text, 'heart_rate'::text, 'rpe'::text])))
);

CREATE TABLE public.activity_source (
    athlete_id uuid NOT NULL,
    activity_id uuid NOT NULL,
    sha256 bytea NOT NULL,
    part smallint NOT NULL,
    format text NOT NULL,
    file_name text NOT NULL,
    device text,
    sport text NOT NULL,
    start_time timestamp with time zone NOT NULL,
    end_time timestamp with time zone NOT NULL,
    distance_m double precision,
    device_totals jsonb NOT NULL,
    warnings jsonb DEFAULT '[]'::jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.activity_split (
    athlete_id uuid NOT NULL,
    activity_id uuid NOT NULL,
    kind text NOT NULL,
    split_number integer NOT NULL,
    start_s double precision NOT NULL,
    distance_m double precision,
    elapsed_s double precision NOT NULL,
    moving_time_s double precision NOT NULL,
    avg_hr_bpm double precision,
    max_hr_bpm double precision,
    avg_cadence_per_min double precision,
    ascent_m double precision,
    descent_m double precision,
    gap_s_per_km double precision,
    is_partial boolean NOT NULL,
    CONSTRAINT activity_split_kind_known CHECK ((kind = ANY (ARRAY['km'::text, 'mile'::text, 'lap'::text])))
);

CREATE TABLE public.activity_stream (
    athlete_id uuid NOT NULL,
    activity_id uuid NOT NULL,
    start_time timestamp with time zone NOT NULL,
    samples integer NOT NULL,
    channels text[] NOT NULL,
    data bytea NOT NULL,
    CONSTRAINT activity_stream_samples_positive CHECK ((samples > 0))
)
PARTITION BY RANGE (start_time);
ALTER TABLE ONLY public.activity_stream ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE public.athlete (
    id uuid NOT NULL,
    email text NOT NULL,
    password_hash text,
    display_name text NOT NULL,
    role text DEFAULT 'athlete'::text NOT NULL,
    timezone text DEFAULT 'UTC'::text NOT NULL,
    birthdate date,
    sex text,
    resting_hr_bpm smallint,
    max_hr_bpm smallint,
    threshold_hr_bpm smallint,
    threshold_pace_s_per_km double precision,
    is_demo boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    threshold_power_w smallint,
    retries_since timestamp with time zone,
    retries integer DEFAULT 0 NOT NULL,
    CONSTRAINT athlete_display_name_length CHECK (((length(display_name) >= 1) AND (length(display_name) <= 100))),
    CONSTRAINT athlete_email_length CHECK (((length(email) >= 3) AND (length(email) <= 254))),
    CONSTRAINT athlete_hr_order CHECK (((resting_hr_bpm < threshold_hr_bpm) AND (threshold_hr_bpm <= max_hr_bpm))),
    CONSTRAINT athlete_max_hr_range CHECK (((max_hr_bpm >= 80) AND (max_hr_bpm <= 250))),
    CONSTRAINT athlete_rest_below_max CHECK ((resting_hr_bpm < max_hr_bpm)),
    CONSTRAINT athlete_resting_hr_range CHECK (((resting_hr_bpm >= 20) AND (resting_hr_bpm <= 120))),
    CONSTRAINT athlete_role_known CHECK ((role = ANY (ARRAY['athlete'::text, 'coach'::text, 'admin'::text]))),
    CONSTRAINT athlete_sex_known CHECK ((sex = ANY (ARRAY['female'::text, 'male'::text]))),
    CONSTRAINT athlete_threshold_hr_range CHECK (((threshold_hr_bpm >= 60) AND (threshold_hr_bpm <= 240))),
    CONSTRAINT athlete_threshold_pace_range CHECK (((threshold_pace_s_per_km >= (100)::double precision) AND (threshold_pace_s_per_km <= (1200)::double precision))),
    CONSTRAINT athlete_threshold_power_range CHECK (((threshold_power_w >= 30) AND (threshold_power_w <= 700)))
);

CREATE TABLE public.best_effort (
    athlete_id uuid NOT NULL,
    activity_id uuid NOT NULL,
    distance_m double precision NOT NULL,
    sport text NOT NULL,
    elapsed_s double precision NOT NULL,
    start_s double precision NOT NULL,
    achieved_at timestamp with time zone NOT NULL,
    CONSTRAINT best_effort_elapsed_positive CHECK ((elapsed_s > (0)::double precision))
);

CREATE TABLE public.login_session (
    athlete_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    revoked_reason text,
    user_agent text,
    CONSTRAINT login_session_reason_known CHECK ((revoked_reason = ANY (ARRAY['logout'::text, 'logout_all'::text, 'password_changed'::text, 'refresh_token_reused'::text])))
);

CREATE TABLE public.original (
    athlete_id uuid NOT NULL,
    sha256 bytea NOT NULL,
    format text NOT NULL,
    file_name text NOT NULL,
    size_bytes bigint NOT NULL,
    content bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT original_format_known CHECK ((format = ANY (ARRAY['fit'::text, 'tcx'::text, 'gpx'::text]))),
    CONSTRAINT original_sha256_length CHECK ((length(sha256) = 32)),
    CONSTRAINT original_size_positive CHECK ((size_bytes > 0))
);
ALTER TABLE ONLY public.original ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE TABLE public.refresh_token (
    athlete_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    session_id uuid NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT refresh_token_hash_length CHECK ((length(token_hash) = 32))
);

CREATE TABLE public.upload (
    athlete_id uuid NOT NULL,
    id uuid NOT NULL,
    origin text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    alive_until timestamp with time zone,
    CONSTRAINT upload_origin_known CHECK ((origin = ANY (ARRAY['api'::text, 'cli'::text, 'demo'::text])))
);

CREATE TABLE public.upload_file (
    athlete_id uuid NOT NULL,
    upload_id uuid NOT NULL,
    "position" integer NOT NULL,
    file_name text NOT NULL,
    size_bytes bigint NOT NULL,
    hints jsonb DEFAULT '{}'::jsonb NOT NULL,
    pending_content bytea,
    outcome text NOT NULL,
    activity_id uuid,
    reason text,
    message text,
    warnings jsonb DEFAULT '[]'::jsonb NOT NULL,
    finished_at timestamp with time zone,
    attempts smallint DEFAULT 0 NOT NULL,
    leased_until timestamp with time zone,
    job_id uuid,
    CONSTRAINT upload_file_outcome_known CHECK ((outcome = ANY (ARRAY['pending'::text, 'imported'::text, 'merged'::text, 'duplicate'::text, 'refused'::text]))),
    CONSTRAINT upload_file_pending_has_content CHECK (((outcome <> 'pending'::text) OR (pending_content IS NOT NULL)))
);
ALTER TABLE ONLY public.upload_file ALTER COLUMN pending_content SET STORAGE EXTERNAL;

ALTER TABLE ONLY mainstay.cache_hot
    ADD CONSTRAINT cache_hot_pkey PRIMARY KEY (name, key);

ALTER TABLE ONLY mainstay.cache_incarnation
    ADD CONSTRAINT cache_incarnation_pkey PRIMARY KEY (one);

ALTER TABLE ONLY mainstay.cache_parted
    ADD CONSTRAINT cache_parted_pkey PRIMARY KEY (parent);

ALTER TABLE ONLY mainstay.cache_retained
    ADD CONSTRAINT cache_retained_pkey PRIMARY KEY (one);

ALTER TABLE ONLY mainstay.event_key
    ADD CONSTRAINT event_key_pkey PRIMARY KEY (key);

ALTER TABLE ONLY mainstay.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (id);

ALTER TABLE ONLY mainstay.event_reader
    ADD CONSTRAINT event_reader_pkey PRIMARY KEY (name);

ALTER TABLE ONLY mainstay.event_subscription
    ADD CONSTRAINT event_subscription_pkey PRIMARY KEY (name);

ALTER TABLE ONLY mainstay.job_attempt
    ADD CONSTRAINT job_attempt_pkey PRIMARY KEY (id, run);

ALTER TABLE ONLY mainstay.job_checkpoint
    ADD CONSTRAINT job_checkpoint_pkey PRIMARY KEY (id);

ALTER TABLE ONLY mainstay.job_cron
    ADD CONSTRAINT job_cron_pkey PRIMARY KEY (name);

ALTER TABLE ONLY mainstay.job_dead
    ADD CONSTRAINT job_dead_pkey PRIMARY KEY (id);

ALTER TABLE ONLY mainstay.job_outcome
    ADD CONSTRAINT job_outcome_pkey PRIMARY KEY (id);

ALTER TABLE ONLY mainstay.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);

ALTER TABLE ONLY mainstay.job_queue
    ADD CONSTRAINT job_queue_pkey PRIMARY KEY (name);

ALTER TABLE ONLY mainstay.job_ready
    ADD CONSTRAINT job_ready_pkey PRIMARY KEY (id);

ALTER TABLE ONLY mainstay.job_running
    ADD CONSTRAINT job_running_id UNIQUE (id);

ALTER TABLE ONLY mainstay.job_running
    ADD CONSTRAINT job_running_pkey PRIMARY KEY (run);

ALTER TABLE ONLY mainstay.job_unique
    ADD CONSTRAINT job_unique_pkey PRIMARY KEY (key);

ALTER TABLE ONLY mainstay.job_worker
    ADD CONSTRAINT job_worker_pkey PRIMARY KEY (id);

ALTER TABLE ONLY mainstay.lease
    ADD CONSTRAINT lease_pkey PRIMARY KEY (name);

ALTER TABLE ONLY mainstay.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (history, version);

ALTER TABLE ONLY mainstay.statement_history
    ADD CONSTRAINT statement_history_pkey PRIMARY KEY (taken_at, process, name);

ALTER TABLE ONLY public.activity_analysis
    ADD CONSTRAINT activity_analysis_pkey PRIMARY KEY (athlete_id, activity_id);

ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_pkey PRIMARY KEY (athlete_id, id);

ALTER TABLE ONLY public.activity_source
    ADD CONSTRAINT activity_source_pkey PRIMARY KEY (athlete_id, activity_id, sha256, part);

ALTER TABLE ONLY public.activity_split
    ADD CONSTRAINT activity_split_pkey PRIMARY KEY (athlete_id, activity_id, kind, split_number);

ALTER TABLE ONLY public.activity_stream
    ADD CONSTRAINT activity_stream_pkey PRIMARY KEY (athlete_id, activity_id, start_time);

ALTER TABLE ONLY public.athlete
    ADD CONSTRAINT athlete_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.best_effort
    ADD CONSTRAINT best_effort_pkey PRIMARY KEY (athlete_id, activity_id, distance_m);

ALTER TABLE ONLY public.login_session
    ADD CONSTRAINT login_session_pkey PRIMARY KEY (athlete_id, id);

ALTER TABLE ONLY public.original
    ADD CONSTRAINT original_pkey PRIMARY KEY (athlete_id, sha256);

ALTER TABLE ONLY public.refresh_token
    ADD CONSTRAINT refresh_token_pkey PRIMARY KEY (athlete_id, token_hash);

ALTER TABLE ONLY public.upload_file
    ADD CONSTRAINT upload_file_pkey PRIMARY KEY (athlete_id, upload_id, "position");

ALTER TABLE ONLY public.upload
    ADD CONSTRAINT upload_pkey PRIMARY KEY (athlete_id, id);

CREATE INDEX cache_event_xid_idx ON mainstay.cache_event USING btree (xid);

CREATE INDEX event_place_idx ON ONLY mainstay.event USING btree (tx, nth);

CREATE INDEX job_cron_next_idx ON mainstay.job_cron USING btree (next_at) WHERE ((paused_at IS NULL) AND (retired_at IS NULL));

CREATE INDEX job_dead_died_idx ON mainstay.job_dead USING btree (died_at DESC, id DESC);

CREATE INDEX job_dead_queue_idx ON mainstay.job_dead USING btree (queue);

CREATE INDEX job_kind_idx ON ONLY mainstay.job USING btree (kind, id DESC);

CREATE INDEX job_outcome_kind_idx ON ONLY mainstay.job_outcome USING btree (kind, state, id DESC) WHERE (kind IS NOT NULL);

CREATE INDEX job_outcome_owner_idx ON ONLY mainstay.job_outcome USING btree (owner, state, id DESC) WHERE (owner IS NOT NULL);

CREATE INDEX job_outcome_queue_idx ON ONLY mainstay.job_outcome USING btree (queue, state, id DESC) WHERE (queue IS NOT NULL);

CREATE INDEX job_outcome_state_idx ON ONLY mainstay.job_outcome USING btree (state, id DESC) WHERE (state <> 'succeeded'::text);

CREATE INDEX job_owner_idx ON ONLY mainstay.job USING btree (owner, id DESC) WHERE (owner IS NOT NULL);

CREATE INDEX job_queue_idx ON ONLY mainstay.job USING btree (queue, id DESC);

CREATE INDEX job_ready_again_idx ON mainstay.job_ready USING btree (id DESC) WHERE (attempts > 0);

CREATE INDEX job_ready_keyed_turn_idx ON mainstay.job_ready USING btree (queue, priority, run_at, nth) WHERE (limit_key IS NOT NULL);

CREATE INDEX job_ready_ordering_idx ON mainstay.job_ready USING btree (queue, ordering_key, nth) WHERE (ordering_key IS NOT NULL);

CREATE INDEX job_ready_turn_idx ON mainstay.job_ready USING btree (queue, limit_key, priority, run_at, nth);

CREATE UNIQUE INDEX job_running_ordering_idx ON mainstay.job_running USING btree (queue, ordering_key) WHERE (ordering_key IS NOT NULL);

CREATE INDEX job_running_queue_idx ON mainstay.job_running USING btree (queue, limit_key);

CREATE INDEX job_unique_until_idx ON mainstay.job_unique USING btree (until) WHERE (until IS NOT NULL);

CREATE INDEX statement_history_name_idx ON ONLY mainstay.statement_history USING btree (name, taken_at DESC);

CREATE INDEX activity_analysis_outdated_idx ON public.activity_analysis USING btree (algorithm_version, athlete_id, activity_id);

CREATE INDEX activity_deleted_idx ON public.activity USING btree (athlete_id, deleted_at) WHERE (deleted_at IS NOT NULL);

CREATE INDEX activity_list_idx ON public.activity USING btree (athlete_id, start_time DESC, id DESC) WHERE ((deleted_at IS NULL) AND (parent_id IS NULL));

CREATE INDEX activity_original_idx ON public.activity USING btree (athlete_id, primary_sha256) WHERE (primary_sha256 IS NOT NULL);

CREATE INDEX activity_parent_idx ON public.activity USING btree (athlete_id, parent_id) WHERE (parent_id IS NOT NULL);

CREATE INDEX activity_source_original_idx ON public.activity_source USING btree (athlete_id, sha256);

CREATE INDEX activity_source_overlap_idx ON public.activity_source USING btree (athlete_id, start_time, end_time);

CREATE UNIQUE INDEX activity_start_key ON public.activity USING btree (athlete_id, id, start_time);

CREATE INDEX activity_time_idx ON public.activity USING btree (athlete_id, start_time, end_time) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX athlete_email_key ON public.athlete USING btree (lower(email));

CREATE INDEX best_effort_fastest_idx ON public.best_effort USING btree (athlete_id, sport, distance_m, elapsed_s);

CREATE INDEX login_session_expires_idx ON public.login_session USING btree (expires_at);

CREATE INDEX refresh_token_expires_idx ON public.refresh_token USING btree (expires_at);

CREATE UNIQUE INDEX refresh_token_hash_key ON public.refresh_token USING btree (token_hash);

CREATE INDEX refresh_token_session_idx ON public.refresh_token USING btree (athlete_id, session_id);

CREATE INDEX upload_file_kept_idx ON public.upload_file USING btree (finished_at) WHERE ((outcome <> 'pending'::text) AND (pending_content IS NOT NULL));

CREATE INDEX upload_file_waiting_idx ON public.upload_file USING btree (athlete_id, upload_id, "position") WHERE (outcome = 'pending'::text);

CREATE INDEX upload_list_idx ON public.upload USING btree (athlete_id, created_at DESC, id DESC);

CREATE TRIGGER cache_touched_delete AFTER DELETE ON public.activity REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_05e94e5233c3700a('activity', '256', 'athlete_id', 'id');

CREATE TRIGGER cache_touched_delete AFTER DELETE ON public.activity_analysis REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_8e109ab6c4603e71('activity_analysis', '256', 'athlete_id', 'activity_id');

CREATE TRIGGER cache_touched_delete AFTER DELETE ON public.activity_source REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_c1e5d7bc981955c5('activity_source', '256', 'athlete_id', 'activity_id');

CREATE TRIGGER cache_touched_delete AFTER DELETE ON public.activity_split REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_200d4f078ac17e96('activity_split', '256', 'athlete_id', 'activity_id');

CREATE TRIGGER cache_touched_delete AFTER DELETE ON public.athlete REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_2a3af391658e109a('athlete', '256', 'id', 'id');

CREATE TRIGGER cache_touched_delete AFTER DELETE ON public.best_effort REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_20ba6ed04a3b3d82('best_effort', '256', 'athlete_id', 'activity_id');

CREATE TRIGGER cache_touched_delete AFTER DELETE ON public.login_session REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_730fcf3f2df8444f('login_session', '256', 'athlete_id', 'id');

CREATE TRIGGER cache_touched_insert AFTER INSERT ON public.activity REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_05e94e5233c3700a('activity', '256', 'athlete_id', 'id');

CREATE TRIGGER cache_touched_insert AFTER INSERT ON public.activity_analysis REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_8e109ab6c4603e71('activity_analysis', '256', 'athlete_id', 'activity_id');

CREATE TRIGGER cache_touched_insert AFTER INSERT ON public.activity_source REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_c1e5d7bc981955c5('activity_source', '256', 'athlete_id', 'activity_id');

CREATE TRIGGER cache_touched_insert AFTER INSERT ON public.activity_split REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_200d4f078ac17e96('activity_split', '256', 'athlete_id', 'activity_id');

CREATE TRIGGER cache_touched_insert AFTER INSERT ON public.athlete REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_2a3af391658e109a('athlete', '256', 'id', 'id');

CREATE TRIGGER cache_touched_insert AFTER INSERT ON public.best_effort REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_20ba6ed04a3b3d82('best_effort', '256', 'athlete_id', 'activity_id');

CREATE TRIGGER cache_touched_insert AFTER INSERT ON public.login_session REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_730fcf3f2df8444f('login_session', '256', 'athlete_id', 'id');

CREATE TRIGGER cache_touched_row AFTER INSERT OR DELETE OR UPDATE ON public.activity FOR EACH ROW EXECUTE FUNCTION mainstay.cache_touched_05e94e5233c3700a('activity', '256', 'athlete_id', 'id');

ALTER TABLE public.activity ENABLE REPLICA TRIGGER cache_touched_row;

CREATE TRIGGER cache_touched_row AFTER INSERT OR DELETE OR UPDATE ON public.activity_analysis FOR EACH ROW EXECUTE FUNCTION mainstay.cache_touched_8e109ab6c4603e71('activity_analysis', '256', 'athlete_id', 'activity_id');

ALTER TABLE public.activity_analysis ENABLE REPLICA TRIGGER cache_touched_row;

CREATE TRIGGER cache_touched_row AFTER INSERT OR DELETE OR UPDATE ON public.activity_source FOR EACH ROW EXECUTE FUNCTION mainstay.cache_touched_c1e5d7bc981955c5('activity_source', '256', 'athlete_id', 'activity_id');

ALTER TABLE public.activity_source ENABLE REPLICA TRIGGER cache_touched_row;

CREATE TRIGGER cache_touched_row AFTER INSERT OR DELETE OR UPDATE ON public.activity_split FOR EACH ROW EXECUTE FUNCTION mainstay.cache_touched_200d4f078ac17e96('activity_split', '256', 'athlete_id', 'activity_id');

ALTER TABLE public.activity_split ENABLE REPLICA TRIGGER cache_touched_row;

CREATE TRIGGER cache_touched_row AFTER INSERT OR DELETE OR UPDATE ON public.athlete FOR EACH ROW EXECUTE FUNCTION mainstay.cache_touched_2a3af391658e109a('athlete', '256', 'id', 'id');

ALTER TABLE public.athlete ENABLE REPLICA TRIGGER cache_touched_row;

CREATE TRIGGER cache_touched_row AFTER INSERT OR DELETE OR UPDATE ON public.best_effort FOR EACH ROW EXECUTE FUNCTION mainstay.cache_touched_20ba6ed04a3b3d82('best_effort', '256', 'athlete_id', 'activity_id');

ALTER TABLE public.best_effort ENABLE REPLICA TRIGGER cache_touched_row;

CREATE TRIGGER cache_touched_row AFTER INSERT OR DELETE OR UPDATE ON public.login_session FOR EACH ROW EXECUTE FUNCTION mainstay.cache_touched_730fcf3f2df8444f('login_session', '256', 'athlete_id', 'id');

ALTER TABLE public.login_session ENABLE REPLICA TRIGGER cache_touched_row;

CREATE TRIGGER cache_touched_truncate AFTER TRUNCATE ON public.activity FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_05e94e5233c3700a('activity', '256', 'athlete_id', 'id');

ALTER TABLE public.activity ENABLE ALWAYS TRIGGER cache_touched_truncate;

CREATE TRIGGER cache_touched_truncate AFTER TRUNCATE ON public.activity_analysis FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_8e109ab6c4603e71('activity_analysis', '256', 'athlete_id', 'activity_id');

ALTER TABLE public.activity_analysis ENABLE ALWAYS TRIGGER cache_touched_truncate;

CREATE TRIGGER cache_touched_truncate AFTER TRUNCATE ON public.activity_source FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_c1e5d7bc981955c5('activity_source', '256', 'athlete_id', 'activity_id');

ALTER TABLE public.activity_source ENABLE ALWAYS TRIGGER cache_touched_truncate;

CREATE TRIGGER cache_touched_truncate AFTER TRUNCATE ON public.activity_split FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_200d4f078ac17e96('activity_split', '256', 'athlete_id', 'activity_id');

ALTER TABLE public.activity_split ENABLE ALWAYS TRIGGER cache_touched_truncate;

CREATE TRIGGER cache_touched_truncate AFTER TRUNCATE ON public.athlete FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_2a3af391658e109a('athlete', '256', 'id', 'id');

ALTER TABLE public.athlete ENABLE ALWAYS TRIGGER cache_touched_truncate;

CREATE TRIGGER cache_touched_truncate AFTER TRUNCATE ON public.best_effort FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_20ba6ed04a3b3d82('best_effort', '256', 'athlete_id', 'activity_id');

ALTER TABLE public.best_effort ENABLE ALWAYS TRIGGER cache_touched_truncate;

CREATE TRIGGER cache_touched_truncate AFTER TRUNCATE ON public.login_session FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_730fcf3f2df8444f('login_session', '256', 'athlete_id', 'id');

ALTER TABLE public.login_session ENABLE ALWAYS TRIGGER cache_touched_truncate;

CREATE TRIGGER cache_touched_update AFTER UPDATE ON public.activity REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_05e94e5233c3700a('activity', '256', 'athlete_id', 'id');

CREATE TRIGGER cache_touched_update AFTER UPDATE ON public.activity_analysis REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_8e109ab6c4603e71('activity_analysis', '256', 'athlete_id', 'activity_id');

CREATE TRIGGER cache_touched_update AFTER UPDATE ON public.activity_source REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_c1e5d7bc981955c5('activity_source', '256', 'athlete_id', 'activity_id');

CREATE TRIGGER cache_touched_update AFTER UPDATE ON public.activity_split REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_200d4f078ac17e96('activity_split', '256', 'athlete_id', 'activity_id');

CREATE TRIGGER cache_touched_update AFTER UPDATE ON public.athlete REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_2a3af391658e109a('athlete', '256', 'id', 'id');

CREATE TRIGGER cache_touched_update AFTER UPDATE ON public.best_effort REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_20ba6ed04a3b3d82('best_effort', '256', 'athlete_id', 'activity_id');

CREATE TRIGGER cache_touched_update AFTER UPDATE ON public.login_session REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mainstay.cache_touched_730fcf3f2df8444f('login_session', '256', 'athlete_id', 'id');

ALTER TABLE ONLY public.activity_analysis
    ADD CONSTRAINT activity_analysis_activity_fkey FOREIGN KEY (athlete_id, activity_id) REFERENCES public.activity(athlete_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_athlete_fkey FOREIGN KEY (athlete_id) REFERENCES public.athlete(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_original_fkey FOREIGN KEY (athlete_id, primary_sha256) REFERENCES public.original(athlete_id, sha256);

ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_parent_fkey FOREIGN KEY (athlete_id, parent_id) REFERENCES public.activity(athlete_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.activity_source
    ADD CONSTRAINT activity_source_activity_fkey FOREIGN KEY (athlete_id, activity_id) REFERENCES public.activity(athlete_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.activity_source
    ADD CONSTRAINT activity_source_original_fkey FOREIGN KEY (athlete_id, sha256) REFERENCES public.original(athlete_id, sha256);

ALTER TABLE ONLY public.activity_split
    ADD CONSTRAINT activity_split_activity_fkey FOREIGN KEY (athlete_id, activity_id) REFERENCES public.activity(athlete_id, id) ON DELETE CASCADE;

ALTER TABLE public.activity_stream
    ADD CONSTRAINT activity_stream_activity_fkey FOREIGN KEY (athlete_id, activity_id, start_time) REFERENCES public.activity(athlete_id, id, start_time) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.best_effort
    ADD CONSTRAINT best_effort_activity_fkey FOREIGN KEY (athlete_id, activity_id) REFERENCES public.activity(athlete_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.login_session
    ADD CONSTRAINT login_session_athlete_fkey FOREIGN KEY (athlete_id) REFERENCES public.athlete(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.original
    ADD CONSTRAINT original_athlete_fkey FOREIGN KEY (athlete_id) REFERENCES public.athlete(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.refresh_token
    ADD CONSTRAINT refresh_token_session_fkey FOREIGN KEY (athlete_id, session_id) REFERENCES public.login_session(athlete_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.upload
    ADD CONSTRAINT upload_athlete_fkey FOREIGN KEY (athlete_id) REFERENCES public.athlete(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.upload_file
    ADD CONSTRAINT upload_file_upload_fkey FOREIGN KEY (athlete_id, upload_id) REFERENCES public.upload(athlete_id, id) ON DELETE CASCADE;
