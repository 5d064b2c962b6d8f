//! What is wrong with what the database holds at the end, by its own tables, and with what was found on the way. Never here: how
//! it came about.

use anyhow::{Context, Result};
use mainstay_db::Session;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::days::Gone;
use super::history::History;
use super::{BURST, CRASHES_MOST, NARROW, NARROW_KEY, PER_S, READ_MOST};

/// A promise, how often it was broken, and how that was counted.
#[derive(Debug)]
pub(super) struct Count {
    pub(super) name: &'static str,
    pub(super) wrong: i64,
}

/// What chapters have found that no table shows at the end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    /// What claims have read while they took a few jobs of many that waited.
    pub(super) read: i64,
    pub(super) gone: Gone,
    pub(super) unheard: i64,
    pub(super) late: i64,
    pub(super) unseen: i64,
    /// Times of a schedule that have no job; less than none where there are more jobs.
    pub(super) missed: i64,
    pub(super) cut_off: i64,
    pub(super) unclean: i64,
    /// Attempts that were begun again before anybody was struck, whatever the clocks of nodes say. A machine that stands still does the same, so that it is told
    /// and is no promise.
    pub(super) taken_in_peace: i64,
}

impl Found {
    /// Each a promise.
    pub(super) fn counts(&self) -> [Count; 9] {
        [
            ("rows read in vain", (self.read - READ_MOST).max(0)),
            ("jobs and dead letters that went with their day", self.gone.lost),
            ("jobs of days that did not go", self.gone.kept),
            ("words that were not heard", self.unheard),
            ("jobs of a late commit that were passed over", self.late),
            ("jobs whose time came unseen", self.unseen),
            ("times of a schedule that were left out, or added", self.missed.abs()),
            ("cut off by a stop in order", self.cut_off),
            ("processes that did not stop as they were asked to", self.unclean),
        ]
        .map(|(name, wrong)| Count { name, wrong })
    }

    /// Whether none of it is wrong so far.
    pub(super) fn is_well(&self) -> bool {
        self.counts().iter().all(|count| count.wrong == 0)
    }
}

/// What each of them counts must be nothing.
const PROMISES: [(&str, &str); 22] = [
    (
        "work with nothing wrong that has not succeeded",
        "select count(*) from mainstay.job inner join mainstay.job_outcome using (id) \
            where (job.kind in ('tick', 'heard', 'newer') or payload->'deed' ?| array['Exact', 'Late', 'Stubborn', 'Block', 'Hog'] \
                or payload->>'deed' in ('Plain', 'Panic', 'Snooze')) \
            and job_outcome.state <> 'succeeded' \
            and not exists (select from mainstay.job_dead where job_dead.id = job.id and reason = 'poison')",
    ),
    (
        "innocent jobs given up without as many lost processes",
        // Four, as `CRASHES_MOST` has it: no end at a deadline is one, as its process goes on.
        "select count(*) from mainstay.job_dead as dead where reason = 'poison' \
            and coalesce(payload->>'deed', '') not in ('Abort', 'Overflow', 'Eat', 'Endless') \
            and 4 > (select count(*) from mainstay.job_attempt where job_attempt.id = dead.id \
                and cause = 'crash' and detail = 'its process was not heard of any more')",
    ),
    (
        "jobs in no place, or in two",
        "select count(*) from mainstay.job where 1 <> ( \
            (select count(*) from mainstay.job_ready as other where other.id = job.id) \
            + (select count(*) from mainstay.job_running as other where other.id = job.id) \
            + (select count(*) from mainstay.job_outcome as other where other.id = job.id))",
    ),
    (
        "places and histories without their job",
        // But for dead letters, which outlive the days of their jobs.
        "select count(*) from (select id from mainstay.job_ready union all select id from mainstay.job_running \
            union all select id from mainstay.job_outcome union all select id from mainstay.job_attempt) as held \
            where not exists (select from mainstay.job where job.id = held.id)",
    ),
    (
        "jobs that have not ended",
        "select (select count(*) from mainstay.job_running) + (select count(*) from mainstay.job_ready \
            where kind not in ('nobody''s', 'tick') and run_at < clock_timestamp() + interval '10 minutes')",
    ),
    (
        "successes without work",
        // But for those whose traces were lost with a server.
        "select count(*) from mainstay.job_outcome where state = 'succeeded' \
            and not exists (select from lost_time where started_at between since and until) \
            and not exists (select from begun where begun.id = job_outcome.id)",
    ),
    (
        "effects that are not one for each success",
        "select count(*) from mainstay.job inner join mainstay.job_outcome using (id) \
            where payload->'deed' ?| array['Exact', 'Late', 'Stubborn'] \
            and (select count(*) from effect where effect.id = job.id) <> (state = 'succeeded')::int",
    ),
    (
        "ends accepted of an attempt that had ended",
        "select count(*) from effect inner join mainstay.job_attempt using (id, run)",
    ),
    (
        "more attempts than allowed",
        "select count(*) from mainstay.job_outcome inner join mainstay.job using (id) where attempts > attempts_most",
    ),
    (
        "attempts that did not count",
        // But for those whose ends were lost with a server.
        "select count(*) from (select from begun inner join mainstay.job using (id) \
            where payload->>'deed' is distinct from 'Snooze' \
                and not exists (select from lost_time where begun.at between since and until) \
            group by id, attempt having count(*) > 1) as again",
    ),
    (
        "attempts that count and were none",
        "select count(*) from mainstay.job_outcome where attempts > (state in ('succeeded', 'discarded'))::int + ( \
            select count(*) from mainstay.job_attempt where job_attempt.id = job_outcome.id)",
    ),
    (
        "ends that are not those of their policy",
        "select count(*) from mainstay.job inner join mainstay.job_outcome using (id) \
            left join mainstay.job_dead as dead using (id) where dead.reason is distinct from 'poison' and case \
                when job.payload = '\"no deed\"' or job.payload->>'deed' = 'Doomed' then (state, dead.reason) is distinct from ('failed', 'attempts') \
                when job.payload->>'deed' = 'Shout' then (state, dead.reason) is distinct from ('discarded', null) \
            end",
    ),
    (
        "jobs of a kind that nobody knows that do not wait",
        "select count(*) from mainstay.job where kind = 'nobody''s' \
            and not exists (select from mainstay.job_ready where job_ready.id = job.id)",
    ),
    (
        "taken for a deadline from a process that was gone",
        "select count(*) from mainstay.job_attempt inner join mainstay.job using (id) \
            where payload->>'deed' = 'Endless' and detail not like 'it did not end at its deadline%'",
    ),
    (
        "keys of jobs that have ended",
        "select count(*) from mainstay.job_unique as held where until is null \
            and not exists (select from mainstay.job_ready where id = held.id) \
            and not exists (select from mainstay.job_running where id = held.id)",
    ),
    (
        "two at a time with one key",
        "select count(*) from (select created_at < lag(finished_at) over (partition by held_key order by created_at) as is_early \
            from mainstay.job left join mainstay.job_outcome using (id) where held_key is not null and held_ms is null) as all_of \
            where is_early",
    ),
    (
        "out of the order of their key",
        "select count(*) from (select (payload->>'nth')::bigint \
            < lag((payload->>'nth')::bigint) over (partition by ordering_key order by seq) as is_late \
            from effect inner join mainstay.job using (id) where ordering_key is not null) as all_of where is_late",
    ),
    (
        "poison that is no dead letter",
        "select count(*) from mainstay.job left join mainstay.job_dead as dead using (id) \
            where job.payload->>'deed' in ('Abort', 'Overflow', 'Eat', 'Endless') and dead.reason is distinct from 'poison'",
    ),
    (
        "begun before their time",
        // One statement writes when it may begin and, a moment later, when it was asked for.
        "select count(*) from begun inner join mainstay.job using (id) \
            where begun.at < created_at + ((payload->>'after_ms')::bigint - 200) * interval '1 millisecond'",
    ),
    (
        "times of a schedule with two jobs",
        "select count(*) - count(distinct held_key) from mainstay.job where kind = 'tick'",
    ),
    (
        "events out of the order of their key",
        "select count(*) from (select event.nth < lag(event.nth) over (partition by seen.key order by seen.seq) as is_late \
            from seen inner join mainstay.event on event.id = seen.event) as all_of where is_late",
    ),
    (
        "events heard of not once",
        "select count(*) from mainstay.event where 1 <> (select count(*) from heard where heard.event = event.id)",
    ),
];

/// Ids that must be somewhere, or nowhere.
const LOST: &str = "select count(*) from unnest($1::uuid[]) as asked (id) where not exists (select from mainstay.job where job.id = asked.id)";
const FROM_NOTHING: &str = "select count(*) from mainstay.job where id = any($1)";
const NOT_SEEN: &str = "select count(*) from unnest($1::uuid[]) as told (id) where 1 <> (select count(*) from seen where event = told.id)";
const SEEN: &str = "select count(*) from seen where event = any($1)";

/// Claims of the limited queue in any second.
const RATE: &str = "with claimed as ( \
        select started_at from mainstay.job_outcome inner join mainstay.job using (id) where job.queue = 'narrow' \
            and started_at is not null \
        union all select started_at from mainstay.job_attempt inner join mainstay.job using (id) where job.queue = 'narrow') \
    select coalesce(max(many), 0) from (select count(*) over ( \
        order by started_at range between current row and interval '1 second' following) as many from claimed) as each";

/// All promises.
pub(super) async fn of(session: &Session, history: &History, found: &Found) -> Result<Vec<Count>> {
    session.batch_execute("analyze").await?;
    let mut counts = Vec::new();
    for (name, sql) in PROMISES {
        counts.push(Count { name, wrong: number(session, sql, &[]).await.context(name)? });
    }
    for (name, sql, ids) in [
        ("jobs asked for that are lost", LOST, &history.asked),
        ("jobs told of that are lost", LOST, &history.existing),
        ("jobs of what was rolled back", FROM_NOTHING, &history.undone),
        ("events that were not read once", NOT_SEEN, &history.happened),
        ("events read that never happened", SEEN, &history.unhappened),
    ] {
        counts.push(Count { name, wrong: number(session, sql, &[ids]).await.context(name)? });
    }
    let (all, of_key) = history.at_once;
    counts.push(Count { name: "too many at a time", wrong: (all - NARROW).max(0) });
    counts.push(Count { name: "too many at a time of one key", wrong: (of_key - NARROW_KEY).max(0) });
    let fastest = number(session, RATE, &[]).await?;
    counts.push(Count { name: "too many in a second", wrong: (fastest - PER_S - BURST).max(0) });
    let crashes = "select count(*) from mainstay.job_outcome where crashes > $1";
    let most = i16::try_from(CRASHES_MOST)?;
    counts
        .push(Count { name: "more crashes than allowed", wrong: number(session, crashes, &[&most]).await? });
    counts.extend(found.counts());
    Ok(counts)
}

/// How many of these are nowhere.
pub(super) async fn lost(session: &Session, ids: &Vec<Uuid>) -> Result<i64> {
    number(session, LOST, &[ids]).await
}

/// One number.
pub(super) async fn number(session: &Session, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<i64> {
    Ok(session.query_one(sql, parameters).await?.try_get(0)?)
}
