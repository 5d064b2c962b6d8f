//! The rows of the comparison: athletes and years of activities. Never here: what is measured.

use mainstay_db::Session;
use uuid::Uuid;

use crate::server::EMAIL;

const ATHLETES: i32 = 200;
const ACTIVITIES_EACH: i32 = 500;

/// Other athletes, and years of activities for everybody; returns whose list is asked for, and the session.
pub(super) async fn fill(session: &Session) -> anyhow::Result<(Uuid, Uuid)> {
    let others = format!(
        "insert into athlete (id, email, display_name, created_at, updated_at) \
         select md5('athlete ' || n)::uuid, 'athlete' || n || '@example.org', 'Athlete ' || n, now(), now() \
         from generate_series(1, {ATHLETES}) as n"
    );
    session.batch_execute(&others).await?;
    let activities = format!(
        "insert into activity (athlete_id, id, sport, sub_sport, name, notes, start_time, end_time, source_format, \
             device, elapsed_s, moving_time_s, timer_s, distance_m, ascent_m, descent_m, avg_hr_bpm, max_hr_bpm, \
             avg_cadence_per_min, avg_power_w, energy_kcal, rpe, gear, is_race, has_track, created_at, updated_at, \
             channels) \
         select athlete.id, md5(athlete.id::text || n)::uuid, case when n % 5 = 0 then 'cycling' else 'run' end, \
             case when n % 7 = 0 then 'trail' end, 'Morning run ' || n, case when n % 9 = 0 then 'Felt good.' end, \
             begun.at, begun.at + interval '1 hour', 'fit', 'Forerunner 255', 3125.0 + n % 11, 3000.37 + n % 13, \
             3001.0 + n % 13, 10000.137 + n * 7.21, 81.23 + n % 17, 79.91 + n % 19, 141.32 + n % 23, \
             171.0 + n % 7, 172.41 + n % 5, case when n % 3 = 0 then 231.72 + n % 29 end, 611.0 + n % 31, \
             case when n % 4 = 0 then 6 end, case when n % 2 = 0 then 'Blue shoes' end, n % 50 = 0, true, \
             begun.at, begun.at, \
             case when n % 5 = 0 then '{{}}' \
                 else array['time_s', 'latitude_deg', 'longitude_deg', 'heart_rate_bpm'] end \
         from athlete, generate_series(1, {ACTIVITIES_EACH}) as n, \
             lateral (select '2020-01-01T06:00:00Z'::timestamptz + n * interval '26 hours' as at) as begun"
    );
    session.batch_execute(&activities).await?;
    let months = "select format('create table if not exists activity_stream_%s partition of activity_stream \
             for values from (%L) to (%L)', to_char(month, '\"y\"YYYY\"m\"MM'), month || 'Z', \
             month + interval '1 month' || 'Z') \
         from (select distinct date_trunc('month', start_time at time zone 'UTC') as month from activity) as begun";
    for row in session.query(months, &[]).await? {
        session.batch_execute(row.try_get(0)?).await?;
    }
    let streams = "insert into activity_stream (athlete_id, activity_id, start_time, samples, channels, data) \
         select athlete_id, id, start_time, 3000, channels, '\\x00' \
         from activity where channels <> '{}' on conflict do nothing";
    session.batch_execute(streams).await?;
    session.batch_execute("vacuum (analyze)").await?;
    session.batch_execute("checkpoint").await?;
    let ours = "select athlete.id, login_session.id from athlete \
         join login_session on login_session.athlete_id = athlete.id where email = $1";
    let row = session.query_one(ours, &[&EMAIL]).await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}
