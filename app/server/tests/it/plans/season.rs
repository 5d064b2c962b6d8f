//! A million activities and what belongs to them, of five thousand athletes, one of whom has twelve thousand. Rows as the
//! planner sees them: numbers and spread are real, contents are short. Never here: which statements read them.

use std::time::Duration;

use mainstay_db::Session;
use mainstay_testing::TestDb;

/// Ids and hashes by number, for rows and for parameters.
const FUNCTIONS: &str = "
    create function athlete_of(n bigint) returns bigint immutable parallel safe language sql
        return case when n <= 12000 then 1 else 2 + (n - 12001) / 198 end;
    create function uuid_of(kind text, n bigint) returns uuid immutable parallel safe language sql
        return ('00000000-0000-7000-' || kind || '-' || lpad(to_hex(n), 12, '0'))::uuid;
    create function sport_of(n bigint) returns text immutable parallel safe language sql
        return case when n % 50 < 35 then 'run' when n % 50 < 45 then 'cycling' when n % 50 < 48 then 'walking'
            else 'swimming' end;
    create function began(n bigint) returns timestamptz immutable parallel safe language sql
        return timestamptz '2026-06-15 06:00Z' - case when n <= 12000 then (12000 - n) * interval '14 hours'
            else ((n - 12001) % 198) * interval '88 hours' end;";

/// The months of the activities, as the keeper makes them.
const MONTHS: &str = "select format('create table activity_stream_%s partition of activity_stream for values from (%L) to (%L)',
        to_char(month, '\"y\"YYYY\"m\"MM'), month || 'Z', month + interval '1 month' || 'Z')
    from generate_series(timestamp '2007-01-01', timestamp '2026-06-01', interval '1 month') as month";

/// One text a table: none waits for another.
const ROWS: [&str; 11] = [
    "insert into athlete (id, email, display_name, role, timezone, password_hash, created_at, updated_at)
        select uuid_of('8001', n), 'a' || n || '@example.org', 'Robin', case when n = 4000 then 'admin' else 'athlete' end,
            'Europe/Berlin', 'hash', '2024-01-01', '2024-01-01' from generate_series(1, 5000) as n",
    "insert into login_session (athlete_id, id, created_at, last_used_at, expires_at)
        select uuid_of('8001', 1 + n / 20), uuid_of('8003', n), '2026-05-01', '2026-06-01',
            case when n % 200 = 0 then timestamptz '2026-06-01' else '2026-08-01' end from generate_series(0, 99999) as n",
    "insert into refresh_token (athlete_id, token_hash, session_id, issued_at, expires_at)
        select uuid_of('8001', 1 + n / 60), sha256(int8send(n)), uuid_of('8003', n / 3), '2026-05-01',
            case when n % 900 = 0 then timestamptz '2026-06-01' else '2026-08-01' end from generate_series(0, 299999) as n",
    "insert into activity (athlete_id, id, parent_id, leg_index, sport, name, start_time, end_time, source_format,
            primary_sha256, elapsed_s, moving_time_s, distance_m, ascent_m, is_race, has_track, channels, deleted_at,
            created_at, updated_at)
        select uuid_of('8001', athlete_of(n)), uuid_of('8002', n),
            case when n % 400 between 11 and 13 then uuid_of('8002', n - n % 400 + 10) end,
            case when n % 400 between 11 and 13 then n % 400 - 10 end,
            case when n % 400 = 10 then 'multisport' else sport_of(n) end, 'A session of training', began(n),
            began(n) + interval '50 minutes', case when n % 50 = 49 then 'manual' else 'fit' end,
            case when n % 50 < 49 and n % 400 <> 10 then sha256(int8send(n)) end, 3000, 3000,
            2000 + n * 7919 % 30000, n * 31 % 1500, n % 60 = 0, true,
            case when n % 3 = 0 or n <= 12000
                then array['time_s', 'latitude_deg', 'longitude_deg', 'heart_rate_bpm'] else '{}' end,
            case when n % 5000 = 3 then timestamptz '2026-05-01' when n % 500 = 3 then '2026-06-01' end,
            began(n), began(n)
        from generate_series(1, 1000000::bigint) as n",
    "insert into original (athlete_id, sha256, format, file_name, size_bytes, content, created_at)
        select uuid_of('8001', athlete_of(n)), sha256(int8send(n)), 'fit', 'a.fit', 100000, 'short', began(n)
        from generate_series(1, 1000000::bigint) as n where n % 50 < 49 and n % 400 <> 10",
    "insert into activity_source (athlete_id, activity_id, sha256, part, format, file_name, sport, start_time, end_time,
            distance_m, device_totals, created_at)
        select uuid_of('8001', athlete_of(n)), uuid_of('8002', n), sha256(int8send(n)), 0, 'fit', 'a.fit', sport_of(n),
            began(n), began(n) + interval '50 minutes', 10000, '{}', began(n)
        from generate_series(1, 1000000::bigint) as n where n % 50 < 49 and n % 400 <> 10",
    "insert into activity_stream (athlete_id, activity_id, start_time, samples, channels, data)
        select uuid_of('8001', athlete_of(n)), uuid_of('8002', n), began(n), 3000,
            array['time_s', 'latitude_deg', 'longitude_deg', 'heart_rate_bpm'], 'short'
        from generate_series(1, 1000000::bigint) as n where n % 3 = 0 or n <= 12000",
    "insert into activity_analysis (athlete_id, activity_id, algorithm_version, inputs_hash, efficiency_factor,
            efficiency_reasons, decoupling_reasons, load, load_source, computed_at)
        select uuid_of('8001', athlete_of(n)), uuid_of('8002', n), case when n % 20000 = 5 then 0 else 7 end, 'hash', 1.5,
            '[]', '[]', 50, 'pace', began(n)
        from generate_series(1, 1000000::bigint) as n where n % 400 <> 10",
    "insert into best_effort (athlete_id, activity_id, distance_m, sport, elapsed_s, start_s, achieved_at)
        select uuid_of('8001', athlete_of(n)), uuid_of('8002', n), distance, 'run', distance * (0.24 + n * 7919 % 100003 / 1e6),
            0, began(n)
        from generate_series(1, 1000000::bigint) as n cross join unnest(array[1000, 5000, 10000]) as distance
        where n % 5 = 1 or n <= 12000",
    "insert into activity_split (athlete_id, activity_id, kind, split_number, start_s, distance_m, elapsed_s,
            moving_time_s, is_partial)
        select uuid_of('8001', athlete_of(n)), uuid_of('8002', n), kind, number, 0, 1000, 300, 300, false
        from generate_series(1, 1000000::bigint) as n cross join unnest(array['km', 'km', 'lap'], array[1, 2, 1]) as s (kind, number)
        where n % 5 = 1",
    "with filed as (
            insert into upload (athlete_id, id, origin, created_at, finished_at)
            select uuid_of('8001', athlete_of(n)), uuid_of('8004', n), case when n = 12000 then 'demo' else 'api' end,
                began(n), case when n % 5000 > 0 then began(n) end
            from generate_series(1, 1000000::bigint) as n where n % 4 = 0)
        insert into upload_file (athlete_id, upload_id, position, file_name, size_bytes, outcome, pending_content,
            activity_id, finished_at)
        select uuid_of('8001', athlete_of(n)), uuid_of('8004', n), 1, 'a.fit', 100000,
            case when n % 5000 = 0 then 'pending' when n % 5000 = 8 then 'refused' else 'imported' end,
            case when n % 5000 in (0, 8) then 'short'::bytea end,
            uuid_of('8002', n), case when n % 5000 > 0 then began(n) end
        from generate_series(1, 1000000::bigint) as n where n % 4 = 0",
];

/// Indexes of no constraint, which are faster made when the rows are there.
const INDEXES: &str = "select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
    from pg_index join pg_class on pg_class.oid = indrelid
    where relnamespace = 'public'::regnamespace
        and not exists (select from pg_constraint where conindid = indexrelid)";

/// Sessions that work side by side: as many as a small machine has cores, and one.
const SIDE_BY_SIDE: usize = 3;

/// Fills a migrated database.
pub(super) async fn seed(db: &TestDb) {
    let session = session(db).await;
    session.batch_execute(FUNCTIONS).await.unwrap();
    // Nobody keeps answers here, and the events of a million rows would take longer than the rows.
    session
        .batch_execute("select mainstay.cache_unwatch(watched) from mainstay.cache_watched")
        .await
        .unwrap();
    for row in session.query(MONTHS, &[]).await.unwrap() {
        session.batch_execute(row.get(0)).await.unwrap();
    }
    let rows = session.query(INDEXES, &[]).await.unwrap();
    let indexes: Vec<(String, String)> =
        rows.iter().map(|row| (row.get("name"), row.get("definition"))).collect();
    for (name, _) in &indexes {
        session.batch_execute(&format!("drop index {name}")).await.unwrap();
    }
    all(db, ROWS.iter().map(|sql| (*sql).to_owned()).collect()).await;
    all(db, indexes.into_iter().map(|(_, definition)| definition).collect()).await;
    session.batch_execute("vacuum (analyze)").await.unwrap();
}

async fn all(db: &TestDb, mut texts: Vec<String>) {
    // The longest stand in the middle and near the end: whoever is free takes the next one.
    texts.reverse();
    let texts = std::sync::Mutex::new(texts);
    let worker = async || {
        let session = session(db).await;
        session
            .batch_execute("set session_replication_role = replica; set maintenance_work_mem = '128MB'")
            .await
            .unwrap();
        loop {
            let Some(text) = texts.lock().unwrap().pop() else { return };
            session.batch_execute(&text).await.unwrap_or_else(|error| panic!("{error:?}: {text}"));
        }
    };
    futures_util::future::join_all((0..SIDE_BY_SIDE).map(|_| worker())).await;
}

pub(super) async fn session(db: &TestDb) -> Session {
    Session::connect(db.target(), "plans", Duration::from_secs(10)).await.unwrap()
}
