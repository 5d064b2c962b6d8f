//! Writing down what a process declares. Never here: when.

use std::time::Duration;

use jiff::Timestamp;
use mainstay_db::Session;
use mainstay_telemetry::events;

use super::fire::is_of_a_row;
use super::{Calendar, Schedule, Schedules, columns_of, store};
use crate::json::JsonText;
use crate::lock;
use crate::store::ms;

/// What has rested for so long goes.
const RESTED: Duration = Duration::from_secs(30 * 24 * 3_600);

/// Whoever declares has this lock: each sees what the one before has written.
const TURN: &str = "mainstay schedules";

/// In one transaction. Nothing is written where a newer process lives that has declared. What fails leaves a transaction open:
/// the session must be closed. The names of those that the database refuses.
pub(super) async fn declare(
    session: &Session,
    process: i64,
    schedules: &Schedules,
) -> Result<Vec<String>, tokio_postgres::Error> {
    session.batch_execute("begin").await?;
    lock::xact_lock_on(session, TURN).await?;
    let row = session.query_one(store::NEWEST, &[&process]).await?;
    let (now, has_newer): (Timestamp, bool) = (row.try_get("now")?, row.try_get("has_newer")?);
    let mut refused = Vec::new();
    if !has_newer {
        refused = write_each(session, process, schedules, now).await?;
        let names: Vec<&String> = schedules.0.keys().collect();
        session.execute(store::RETIRE, &[&process, &names]).await?;
        session.execute(store::FORGET, &[&ms(RESTED)]).await?;
    }
    session.batch_execute("commit").await.map(|()| refused)
}

/// All together; and where the database refuses some, the others. What it refuses stays what it was.
async fn write_each(
    session: &Session,
    process: i64,
    schedules: &Schedules,
    now: Timestamp,
) -> Result<Vec<String>, tokio_postgres::Error> {
    let (all, mut passed): (Vec<&Schedule>, _) = (schedules.0.values().collect(), Vec::new());
    let mut left = vec![all.as_slice()];
    while let Some(some) = left.pop() {
        session.batch_execute("savepoint several").await?;
        let refused = match write(session, process, some, now).await {
            Err(refused) if is_of_a_row(&refused) => refused,
            written => {
                written?;
                session.batch_execute("release savepoint several").await?;
                continue;
            }
        };
        session.batch_execute("rollback to savepoint several").await?;
        match some {
            [one] => {
                tracing::warn!(
                    event = events::JOBS_UNSCHEDULED,
                    schedule = one.name,
                    error = %refused,
                    "a schedule is refused by the database; the others go on"
                );
                passed.push(one.name.clone());
            }
            several => left.extend(<[_; 2]>::from(several.split_at(several.len() / 2))),
        }
    }
    Ok(passed)
}

async fn write(
    session: &Session,
    process: i64,
    all: &[&Schedule],
    now: Timestamp,
) -> Result<(), tokio_postgres::Error> {
    let texts = |of: fn(&Schedule) -> &String| all.iter().map(|schedule| of(schedule)).collect::<Vec<_>>();
    let names = texts(|schedule| &schedule.name);
    let payloads: Vec<Option<&JsonText>> =
        all.iter().map(|schedule| schedule.payload.as_ref().ok()).collect();
    let (misfires, most): (Vec<_>, Vec<_>) = all.iter().map(|schedule| columns_of(schedule.misfire)).unzip();
    let next: Vec<Option<Timestamp>> = all
        .iter()
        .map(|schedule| Calendar::of(&schedule.spec, &schedule.zone).ok()?.next_after(now))
        .collect();
    session
        .execute(
            store::DECLARE,
            &[
                &names,
                &texts(|schedule| &schedule.spec),
                &texts(|schedule| &schedule.zone),
                &texts(|schedule| &schedule.treatment.queue),
                &texts(|schedule| &schedule.treatment.kind),
                &payloads,
                &all.iter().map(|schedule| schedule.treatment.priority).collect::<Vec<_>>(),
                &all.iter().map(|schedule| schedule.treatment.attempts_most).collect::<Vec<_>>(),
                &all.iter().map(|schedule| schedule.treatment.timeout_ms).collect::<Vec<_>>(),
                &misfires,
                &most,
                &next,
                &process,
            ],
        )
        .await
        .map(drop)
}
