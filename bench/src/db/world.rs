//! What the comparison runs on: one PostgreSQL with the rows of many athletes, our server and the peer on it.
//! Never here: what is measured.

use std::path::Path;
use std::time::Duration;

use anyhow::ensure;
use mainstay_db::embedded::{self, Cluster};
use mainstay_db::{Session, Target};
use mainstay_runtime::Clock;
use serde_json::Value;
use uuid::Uuid;

use super::peer::Peer;
use super::question::Question;
use crate::server::{EMAIL, Server};

/// Signs the access tokens that ours and the peer accept.
const SECRET: &str = "of the benchmark alone, and nobody else's";
/// Ours, the peer's and those of every way at the highest concurrency.
const MOST_CONNECTIONS: u32 = 250;
const ATHLETES: i32 = 200;
const ACTIVITIES_EACH: i32 = 500;

/// Everything that was started.
pub(super) struct World {
    cluster: Cluster,
    pub(super) server: Server,
    pub(super) peer: Peer,
    athlete_id: Uuid,
    session_id: Uuid,
}

impl World {
    pub(super) async fn start(folder: &Path) -> anyhow::Result<Self> {
        let config = embedded::Config {
            data_dir: folder.join("postgres"),
            max_connections: MOST_CONNECTIONS,
            ..embedded::Config::default()
        };
        let cluster = Cluster::start(&config).await?;
        let target = cluster.target();
        let url = target.url();
        let server = Server::start_with(
            &folder.join("data"),
            &[
                ("DATABASE_URL", url.expose()),
                ("PACELINE_AUTH__TOKEN_SECRET", SECRET),
                ("PACELINE_HTTP__TOKENS__ACCESS_LIFE", "12h"),
            ],
        )
        .await?;
        let session = Session::connect(&target, "bench", Duration::from_secs(10)).await?;
        let (athlete_id, session_id) = fill(&session).await?;
        let peer = Peer::start(&target, SECRET).await?;
        Ok(Self { cluster, server, peer, athlete_id, session_id })
    }

    pub(super) fn target(&self) -> Target {
        self.cluster.target()
    }

    /// The look-up of who asks.
    pub(super) fn point(&self) -> Question {
        let (athlete_id, session_id) = (self.athlete_id, self.session_id);
        Question::Point { athlete_id, session_id, now: Clock::system().now() }
    }

    pub(super) fn list(&self, rows: i64) -> Question {
        Question::List { athlete_id: self.athlete_id, rows }
    }

    /// Ours and the peer's answers, which must be the same, field by field.
    pub(super) async fn compare(&self, path: &str) -> anyhow::Result<()> {
        let ours = self.server.get(path).await?;
        for prefix in ["", "/plain"] {
            let url = format!("http://{}{prefix}{path}", self.peer.address);
            let answer = self.server.http.get(url).bearer_auth(&self.server.token).send().await?;
            let theirs: Value = answer.error_for_status()?.json().await?;
            if ours != theirs {
                let first = difference("", &ours, &theirs);
                anyhow::bail!("{prefix}{path}: the peer answers something else at {first}");
            }
        }
        let bad = self.server.http.get(format!("http://{}{path}", self.peer.address));
        let refused = bad.bearer_auth(format!("{}x", self.server.token)).send().await?.status();
        ensure!(refused == 401, "the peer lets anybody in: {refused}");
        Ok(())
    }

    pub(super) async fn stop(self) -> anyhow::Result<()> {
        self.peer.stop().await?;
        self.server.stop().await?;
        self.cluster.stop().await?;
        Ok(())
    }
}

/// Other athletes, and years of activities for everybody; returns whose list is asked for, and the session.
async fn fill(session: &Session) -> anyhow::Result<(Uuid, Uuid)> {
    let others = format!(
        "insert into athlete (id, email, display_name, created_at, updated_at) \
         select md5('athlete ' || n)::uuid, 'athlete' || n || '@example.org', 'Athlete ' || n, now(), now() \
         from generate_series(1, {ATHLETES}) as n"
    );
    session.batch_execute(&others).await?;
    let activities = format!(
        "insert into activity (athlete_id, id, sport, sub_sport, name, notes, start_time, end_time, source_format, \
             device, elapsed_s, moving_time_s, timer_s, distance_m, ascent_m, descent_m, avg_hr_bpm, max_hr_bpm, \
             avg_cadence_per_min, avg_power_w, energy_kcal, rpe, gear, is_race, has_track, created_at, updated_at) \
         select athlete.id, md5(athlete.id::text || n)::uuid, case when n % 5 = 0 then 'cycling' else 'run' end, \
             case when n % 7 = 0 then 'trail' end, 'Morning run ' || n, case when n % 9 = 0 then 'Felt good.' end, \
             begun.at, begun.at + interval '1 hour', 'fit', 'Forerunner 255', 3125.0 + n % 11, 3000.37 + n % 13, \
             3001.0 + n % 13, 10000.137 + n * 7.21, 81.23 + n % 17, 79.91 + n % 19, 141.32 + n % 23, \
             171.0 + n % 7, 172.41 + n % 5, case when n % 3 = 0 then 231.72 + n % 29 end, 611.0 + n % 31, \
             case when n % 4 = 0 then 6 end, case when n % 2 = 0 then 'Blue shoes' end, n % 50 = 0, true, \
             begun.at, begun.at \
         from athlete, generate_series(1, {ACTIVITIES_EACH}) as n, \
             lateral (select '2020-01-01T06:00:00Z'::timestamptz + n * interval '26 hours' as at) as begun"
    );
    session.batch_execute(&activities).await?;
    let streams = "insert into activity_stream (athlete_id, activity_id, samples, channels, data) \
         select athlete_id, id, 3000, array['time_s', 'latitude_deg', 'longitude_deg', 'heart_rate_bpm'], '\\x00' \
         from activity where sport = 'run' on conflict do nothing";
    session.batch_execute(streams).await?;
    session.batch_execute("vacuum (analyze)").await?;
    session.batch_execute("checkpoint").await?;
    let ours = "select athlete.id, login_session.id from athlete \
         join login_session on login_session.athlete_id = athlete.id where email = $1";
    let row = session.query_one(ours, &[&EMAIL]).await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// Where two values differ first.
fn difference(at: &str, ours: &Value, theirs: &Value) -> String {
    let inner = match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) if ours.keys().eq(theirs.keys()) => {
            let pairs = ours.iter().zip(theirs.values());
            pairs.filter(|((_, a), b)| a != b).map(|((name, a), b)| (name.clone(), a, b)).next()
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            let pairs = ours.iter().zip(theirs).enumerate();
            pairs.filter(|(_, (a, b))| a != b).map(|(at, (a, b))| (at.to_string(), a, b)).next()
        }
        _ => None,
    };
    match inner {
        Some((name, a, b)) => difference(&format!("{at}/{name}"), a, b),
        None => format!("{at}: {ours} against {theirs}"),
    }
}
