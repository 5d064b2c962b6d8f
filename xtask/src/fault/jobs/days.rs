//! Days that are old are to go, while others ask for jobs and do them: one of which nothing lives, and one of which something
//! does. Never here: how a day goes.

use std::time::{Duration, Instant};

use anyhow::Result;
use mainstay_db::{Session, Target};
use mainstay_runtime::Clock;

use super::calm::{HEARD, until};
use super::rule::Rule;
use super::stage;
use super::verdict::number;

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// So long they may take: each waits for those who are about to commit.
const GONE: Duration = Duration::from_secs(60);

/// Jobs of each day that have ended as dead letters, and of one of them that live.
const DEAD: i64 = 20;
const LIVING: i64 = 20;

/// So many days old, so many that live: they begin in a moment.
const ASKED_LONG_AGO: &str = "with given as materialized ( \
        select n, (lpad(to_hex((extract(epoch from clock_timestamp() - $1::bigint * interval '1 day') * 1000)::bigint), 12, '0') \
            || '7000' || lpad(to_hex(n), 16, '0'))::uuid as id, \
            case when n <= $2 then '{\"deed\": \"Doomed\", \"nth\": 0, \"after_ms\": 0}'::jsonb \
                else '{\"deed\": {\"Exact\": {\"ms\": 0}}, \"nth\": 0, \"after_ms\": 0}' end as payload \
        from generate_series(1, $2::bigint + $3::bigint) as n \
    ), known as ( \
        insert into mainstay.job (id, queue, kind, priority, payload, attempts_most) \
        select id, 'work', 'work', 2, payload, 5 from given \
    ), ended as ( \
        insert into mainstay.job_outcome (id, state, attempts, crashes) select id, 'failed', 0, 0 from given where n <= $2 \
    ), dead as ( \
        insert into mainstay.job_dead ( \
            id, queue, kind, priority, payload, attempts, crashes, attempts_most, reason, error, created_at) \
        select id, 'work', 'work', 2, payload, 0, 0, 5, 'attempts', 'long ago', clock_timestamp() - interval '3 days' from given where n <= $2 \
    ) \
    insert into mainstay.job_ready (id, queue, priority, run_at, kind, attempts_most) \
    select id, 'work', 2, clock_timestamp() + interval '2 seconds', 'work', 5 from given where n > $2";

/// Before it everything is long ago.
const LONG_AGO: &str = "(lpad(to_hex((extract(epoch from clock_timestamp() - interval '2 days') * 1000)::bigint), 12, '0') || '70000000000000000000')::uuid";

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Gone {
    /// Jobs that lived and were not done, and dead letters that are not there any more.
    pub(super) lost: i64,
    /// Jobs of days that should have gone.
    pub(super) kept: i64,
}

/// Lets the days go.
pub(super) async fn go(broken: Option<Rule>, session: &Session, writer: &Target) -> Result<Gone> {
    // Somebody made the days when they began.
    let clock = Clock::paused(Clock::system().now() - 4 * DAY);
    stage::keeper(broken, writer, &clock)?.round().await?;
    session.execute(ASKED_LONG_AGO, &[&4_i64, &DEAD, &0_i64]).await?;
    session.execute(ASKED_LONG_AGO, &[&3_i64, &DEAD, &LIVING]).await?;
    let keeper = stage::keeper(broken, writer, &Clock::system())?;
    let (begun, left) = (Instant::now(), format!("select count(*) from mainstay.job where id < {LONG_AGO}"));
    let mut kept = number(session, &left, &[]).await?;
    while kept > 0 && begun.elapsed() < GONE {
        // What is asked for now lies in the way for a moment, as it does at any time.
        let _ = keeper.round().await;
        kept = number(session, &left, &[]).await?;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let done = format!("select count(*) from effect where id < {LONG_AGO}");
    until(HEARD / 5, async || Ok(number(session, &done, &[]).await? == LIVING)).await?;
    let done = number(session, &done, &[]).await?;
    let dead = number(session, &format!("select count(*) from mainstay.job_dead where id < {LONG_AGO}"), &[])
        .await?;
    Ok(Gone { lost: (LIVING - done).abs() + (2 * DEAD - dead).abs(), kept })
}
