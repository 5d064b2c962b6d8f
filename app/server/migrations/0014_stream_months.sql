-- The samples in one table for each month of their activity's start: most of the database, written once and read while
-- they are new. A backup, a vacuum or a rebuilt index then takes the months that changed; the others rest. No month ever
-- leaves: the keeper (mainstay_db::partitions) makes them, and is told that this table is kept for ever.
--
-- Nobody reads or writes samples while they are copied, and no instance may run: the release before this one cannot write
-- samples any more, and would take that for the files' fault. The copy takes as much room as the samples have until 0015.
lock table activity in share row exclusive mode;
-- All that the renames at the end need, before the work that somebody's lock would throw away.
lock table activity_stream in access exclusive mode;

alter index activity_stream_pkey rename to activity_stream_former_pkey;

create table activity_stream_by_month (
    athlete_id uuid not null,
    activity_id uuid not null,
    -- That of the activity, kept equal by the foreign key: it says which month holds the row.
    start_time timestamptz not null,
    samples integer not null,
    -- As in activity.channels, from where it is read.
    channels text[] not null,
    -- paceline_domain::streams, versioned by its first byte.
    data bytea not null,
    -- An activity has one start, and so one row, whatever the month.
    constraint activity_stream_pkey primary key (athlete_id, activity_id, start_time),
    constraint activity_stream_samples_positive check (samples > 0)
) partition by range (start_time);
alter table activity_stream_by_month alter column data set storage external;

-- Months of UTC, whatever the session's zone, named as the keeper names them.
do $$
declare
    month timestamp;
begin
    for month in
        select distinct date_trunc('month', activity.start_time at time zone 'UTC')
        from activity_stream
        join activity on activity.athlete_id = activity_stream.athlete_id and activity.id = activity_stream.activity_id
    loop
        execute format(
            'create table %I partition of activity_stream_by_month for values from (%L) to (%L)',
            to_char(month, '"activity_stream_y"YYYY"m"MM'),
            to_char(month, 'YYYY-MM-DD"T00:00:00Z"'),
            to_char(month + interval '1 month', 'YYYY-MM-DD"T00:00:00Z"'));
    end loop;
end
$$;

insert into activity_stream_by_month (athlete_id, activity_id, start_time, samples, channels, data)
select stream.athlete_id, stream.activity_id, activity.start_time, stream.samples, stream.channels, stream.data
from activity_stream as stream
join activity on activity.athlete_id = stream.athlete_id and activity.id = stream.activity_id;

update activity
set channels = stream.channels
from activity_stream as stream
where stream.athlete_id = activity.athlete_id and stream.activity_id = activity.id;

-- After the rows: one look at all of them instead of one at each.
alter table activity_stream_by_month
    add constraint activity_stream_activity_fkey
    foreign key (athlete_id, activity_id, start_time) references activity (athlete_id, id, start_time)
    on update cascade on delete cascade;

alter table activity_stream rename to activity_stream_former;
alter table activity_stream_by_month rename to activity_stream;
