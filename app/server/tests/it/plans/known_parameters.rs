//! Plans of hot statements for known parameters, as the pool gives them to the server, over the rows of many athletes.
//! Never here: how long they take; the benchmark tells.

use std::sync::Mutex;

use jiff::Timestamp;
use mainstay_db::{Client, DbError, Executor, Parameters, Statement};
use paceline_queries::client::Params as _;
use paceline_queries::queries::activities as sql;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::world::World;

/// Asks for the plan of each statement and answers without rows.
struct Planner<'a> {
    db: &'a Client,
    plans: Mutex<Vec<String>>,
}

impl Executor for Planner<'_> {
    async fn rows(
        &self,
        statement: &'static Statement,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<Row>, DbError> {
        let plan = self.db.query(&format!("explain {}", statement.text()), parameters).await?;
        let lines: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
        self.plans.lock().unwrap().push(format!("{}\n{}", statement.name(), lines.join("\n")));
        Ok(Vec::new())
    }

    async fn execute(&self, statement: &'static Statement, _: &Parameters<'_>) -> Result<u64, DbError> {
        panic!("{} is no read", statement.name())
    }
}

const MANY: &str = "\
insert into athlete (id, email, display_name, created_at, updated_at)
select md5(n::text)::uuid, n || '@many.example.org', 'Athlete', now(), now() from generate_series(1, 60) as n;
insert into activity (athlete_id, id, sport, name, start_time, end_time, source_format, elapsed_s, moving_time_s,
    has_track, channels, created_at, updated_at)
select md5(n::text)::uuid, md5(n || ' ' || m)::uuid, 'run', 'Run', at, at, 'fit', 60, 60, true,
    array['latitude_deg', 'longitude_deg'], at, at
from generate_series(1, 60) as n, generate_series(1, 500) as m,
    lateral (select '2026-01-01'::timestamptz + m * interval '1 day' as at) as day;
analyze athlete, activity;";

#[tokio::test]
async fn a_page_opens_no_month_of_samples() {
    let world = World::without_importer().await;
    let tx = world.db.db().write().await.unwrap();
    tx.batch_execute(MANY).await.unwrap();
    tx.commit().await.unwrap();
    let read = world.db.db().read();
    let athlete_id: Uuid = read.query_one("select md5('7')::uuid", &[]).await.unwrap().get(0);
    let planner = Planner { db: &read, plans: Mutex::default() };
    let (since, until): (Timestamp, Timestamp) =
        ("1900-01-01T00:00:00Z".parse().unwrap(), "2200-01-01T00:00:00Z".parse().unwrap());
    let page = sql::ListActivitiesParams {
        athlete_id,
        before_time: until,
        before_id: Uuid::max(),
        since,
        sport: None::<&str>,
        is_race: None,
        min_distance_m: None,
        max_distance_m: None,
        min_ascent_m: None,
        max_ascent_m: None,
        max_rows: 51,
    };
    sql::list_activities().params(&planner, &page).all().await.unwrap();
    let numbered = sql::PageActivitiesParams {
        athlete_id,
        since,
        until,
        sport: None::<&str>,
        is_race: None,
        min_distance_m: None,
        max_distance_m: None,
        min_ascent_m: None,
        max_ascent_m: None,
        sort_by: "distance_m",
        descending: true,
        skip_rows: 0,
        max_rows: 51,
    };
    sql::page_activities().params(&planner, &numbered).all().await.unwrap();
    let plans = planner.plans.into_inner().unwrap();
    assert_eq!(plans.len(), 2);
    for plan in plans {
        assert!(!plan.contains("activity_stream"), "{plan}");
        assert!(!plan.contains("Seq Scan"), "{plan}");
    }
    drop(read);
    world.close().await;
}
