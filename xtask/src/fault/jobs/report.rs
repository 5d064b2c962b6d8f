//! The table of blows and the verdict. Never here: judgement.

use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Result;
use mainstay_db::Session;

use super::Arguments;
use super::chaos::Struck;
use super::child::Told;
use super::history::History;
use super::verdict::{Count, number};

/// What happened, in numbers.
pub(super) struct Story<'a> {
    pub(super) struck: &'a Struck,
    pub(super) told: &'a Told,
    pub(super) history: &'a History,
    pub(super) counts: Vec<Count>,
    /// Jobs that went with a server.
    pub(super) lost: i64,
    /// Processes that ended by themselves.
    pub(super) ended: u64,
    pub(super) took: Duration,
    /// Attempts that were begun again before anybody was struck.
    pub(super) taken_in_peace: i64,
}

const FIGURES: [(&str, &str); 11] = [
    (
        "jobs",
        "select count(*) from mainstay.job where not exists (select from mainstay.job_ready where id = job.id)",
    ),
    ("succeeded", "select count(*) from mainstay.job_outcome where state = 'succeeded'"),
    ("attempts begun", "select count(*) from begun"),
    (
        "begun again after a crash",
        "select count(*) from mainstay.job_attempt where cause in ('crash', 'cut')",
    ),
    ("dead letters by attempts", "select count(*) from mainstay.job_dead where reason = 'attempts'"),
    ("dead letters by poison", "select count(*) from mainstay.job_dead where reason = 'poison'"),
    (
        "of these innocent",
        "select count(*) from mainstay.job_dead where reason = 'poison' and coalesce(payload->>'deed', '') not in ('Abort', 'Overflow', 'Eat', 'Endless')",
    ),
    (
        "taken from a process that goes on",
        "select count(*) from mainstay.job_attempt where detail like 'it did not end at its deadline%'",
    ),
    ("jobs of a kind that some nodes do not know", "select count(*) from mainstay.job where kind = 'newer'"),
    ("times of schedules", "select count(*) from mainstay.job where kind = 'tick'"),
    ("events", "select count(*) from seen"),
];

/// What stands behind some of the counts.
const EXAMPLES: [(&str, &str); 4] = [
    (
        "attempts that did not count",
        "select format('%s attempt %s of %s, begun by %s; ended as %s', id, attempt, job.payload->>'deed', again, ( \
                select array_agg(format('%s %s %s at %s, ran since %s', run, attempt, cause, ended_at::time, started_at::time) order by run) \
                from mainstay.job_attempt where job_attempt.id = job.id)) \
            from (select id, attempt, array_agg(format('%s run %s at %s', life, run, at::time) order by run) as again \
                from begun where not exists (select from lost_time where begun.at between since and until) \
                group by id, attempt having count(*) > 1) as twice \
            inner join mainstay.job using (id) where payload->>'deed' is distinct from 'Snooze' limit 10",
    ),
    (
        "jobs that have not ended",
        "select format('%s of queue %s, %s, %s, in order: %s, attempts %s, overdue %s', count(*), queue, place, kind, is_in_order, \
            max(attempts), max(late)) \
            from (select queue, 'ready' as place, kind, ordering_key is not null as is_in_order, attempts, \
                    clock_timestamp() - run_at as late from mainstay.job_ready \
                union all select queue, 'running on ' || worker, kind, ordering_key is not null, attempts, \
                    clock_timestamp() - started_at from mainstay.job_running) as all_of \
            where late > interval '-10 minutes' and kind <> 'nobody''s' group by queue, place, kind, is_in_order",
    ),
    (
        "events that were not read once",
        "select format('%s event %s.%s read %s times; key %s', id, tx, nth, (select count(*) from seen where seen.event = event.id), key) \
            from mainstay.event where 1 <> (select count(*) from seen where seen.event = event.id) limit 10",
    ),
    (
        "events out of the order of their key",
        "select format('key %s: %s.%s after %s', key, tx, nth, before) from (select seen.key, event.tx, event.nth, seen.seq, \
            lag(event.tx || '.' || event.nth) over (partition by seen.key order by seen.seq) as before, \
            lag(event.nth) over (partition by seen.key order by seen.seq) as nth_before \
            from seen inner join mainstay.event on event.id = seen.event) as all_of where nth < nth_before order by seq limit 10",
    ),
];

/// Prints what happened; true if no promise was broken and the run could have shown it.
pub(super) async fn tell(arguments: &Arguments, session: &Session, story: &Story<'_>) -> Result<bool> {
    let mut figures = Vec::new();
    for (name, sql) in FIGURES {
        figures.push((name, number(session, sql, &[]).await?));
    }
    let blows: Vec<String> =
        story.struck.blows.iter().map(|(name, count)| format!("{count} {name}")).collect();
    println!("blows: {}, {} nodes ended by their jobs", blows.join(", "), story.ended);
    let (refused, stale) =
        (story.told.refused.load(Ordering::Relaxed), story.told.stale.load(Ordering::Relaxed));
    let rescued = story.told.rescued.load(Ordering::Relaxed);
    for (name, figure) in &figures {
        println!("{figure:>8}  {name}");
    }
    println!("{:>8}  asked for and acknowledged", story.history.asked.len());
    println!("{:>8}  rolled back", story.history.undone.len());
    println!("{:>8}  whose commit nobody knows of", story.history.unknown);
    println!(
        "{:>8}  committed on a server that was lost; of these lost with it {}",
        story.history.risky.len(),
        story.lost
    );
    println!("{rescued:>8}  given to others");
    println!("{:>8}  begun again before anybody was struck", story.taken_in_peace);
    println!(
        "{:>8}  ms at most until jobs began when a server was back",
        story.struck.resumed_ms(session).await?
    );
    println!("{:>8}  warnings of all nodes", story.told.warnings.load(Ordering::Relaxed));
    println!("{:>8}  ends refused ({refused} of them with an effect)", refused + stale);
    println!("{:>8}  looks at the limited queue", story.history.looks);
    for count in &story.counts {
        let mark = if count.wrong == 0 { "" } else { "   <== broken" };
        println!("{:>8}  {}{mark}", count.wrong, count.name);
        for (_, sql) in EXAMPLES.iter().filter(|(name, _)| *name == count.name && count.wrong > 0) {
            for row in session.query(*sql, &[]).await? {
                println!("{:>8}  {}", "", row.get::<_, String>(0));
            }
        }
    }
    let broken: i64 = story.counts.iter().map(|count| count.wrong).sum();
    let of = |name: &str| figures.iter().find(|(known, _)| *known == name).map_or(0, |(_, figure)| *figure);
    let is_telling = story.history.asked.len() > 500
        && of("begun again after a crash") > 0
        && (arguments.is_short() || refused + stale > 0)
        && (arguments.is_short() || of("taken from a process that goes on") > 0)
        && of("times of schedules") > 0
        && of("events") > 0
        && story.history.looks > 0;
    let rule = match (arguments.broken, arguments.kept) {
        (Some(rule), _) => format!(" with {rule:?} broken in"),
        (None, Some(rule)) => format!(" of {rule:?}, kept"),
        (None, None) => String::new(),
    };
    println!(
        "fault jobs{rule}: seed {}, {:.0} s, {} nodes, {} jobs, {} begun again, {} ends refused, {} lost, {broken} promises \
         broken{}",
        arguments.seed,
        story.took.as_secs_f64(),
        arguments.nodes,
        of("jobs"),
        of("begun again after a crash"),
        refused + stale,
        story.counts.iter().find(|count| count.name.ends_with("are lost")).map_or(0, |count| count.wrong),
        if is_telling || arguments.rule().is_some() { "" } else { "; nothing was shown" }
    );
    // What was left out must be seen in what is wrong, not in what is missing.
    Ok(broken == 0 && (is_telling || arguments.rule().is_some()))
}
