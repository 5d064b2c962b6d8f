//! Writing down what a process declares. Never here: when.

use std::time::Duration;

use jiff::Timestamp;
use mainstay_db::Session;

use super::{Calendar, Schedule, Schedules, columns_of, store};
use crate::json::JsonText;
use crate::lock;
use crate::store::ms;

/// What has rested for so long goes.
const RESTED: Duration = Duration::from_secs(30 * 24 * 3_600);

/// Whoever declares has this lock: each sees what the one before has written.
const TURN: &str = "mainstay schedules";

/// In one transaction. Nothing is written where a newer worker lives that has declared. What fails leaves a transaction open:
/// the session must be closed.
pub(super) async fn declare(
    session: &Session,
    worker: i64,
    schedules: &Schedules,
) -> Result<(), tokio_postgres::Error> {
    session.batch_execute("begin").await?;
    lock::xact_lock_on(session, TURN).await?;
    let row = session.query_one(store::NEWEST, &[&worker]).await?;
    let (now, has_newer): (Timestamp, bool) = (row.try_get("now")?, row.try_get("has_newer")?);
    if !has_newer {
        write(session, worker, schedules, now).await?;
    }
    session.batch_execute("commit").await
}

async fn write(
    session: &Session,
    worker: i64,
    schedules: &Schedules,
    now: Timestamp,
) -> Result<(), tokio_postgres::Error> {
    let all: Vec<&Schedule> = schedules.0.values().collect();
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
                &worker,
            ],
        )
        .await?;
    session.execute(store::RETIRE, &[&worker, &names]).await?;
    session.execute(store::FORGET, &[&ms(RESTED)]).await?;
    Ok(())
}
