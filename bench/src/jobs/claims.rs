//! How long a claim takes among many jobs that wait: as the server's own log says, of a worker at work. Never here: what a claim
//! does.

use std::path::Path;
use std::time::Duration;

use anyhow::ensure;
use mainstay_db::Target;
use mainstay_jobs::Config;

use super::nothing::Told;
use super::options::Options;
use super::ours::Ours;
use super::store;
use crate::load::Seen;

/// Of one claim.
pub(super) const MOST: usize = 50;
/// So many of the ready ones are done meanwhile: a tenth, so that as good as all are there.
const DONE_PART: usize = 10;
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Planning and execution on the server, without the commit.
pub(super) async fn measure(target: &Target, log: &Path, options: Options) -> anyhow::Result<Seen> {
    let ours = Ours::open(target, Told::new(false)).await?;
    ours.ask_for(future(options.waiting), |new, number| {
        new.after(DAY + Duration::from_millis(number as u64))
    })
    .await?;
    ours.ask(options.waiting).await?;
    // Of sessions from now on; nobody else opens one.
    store::log_durations(&ours.psql, target.database()).await?;
    let done = options.waiting / DONE_PART;
    let working = ours.work(&Config { claim_most: MOST, ..Config::default() });
    while ours.told.count() < done {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    working.drain(Duration::from_secs(20)).await;
    let claims = durations(&std::fs::read_to_string(log)?);
    ensure!(claims.len() >= done / MOST, "the log tells of {} claims only", claims.len());
    Ok(Seen::of(claims, Duration::from_secs(1)))
}

/// Jobs of tomorrow beside so many ready ones.
pub(super) fn future(ready: usize) -> usize {
    ready * 5 / 2
}

/// Of each claim that the log tells of, the times of its plan and of its execution together. An entry begins with its time and
/// goes on over lines, one of which names the statement.
fn durations(log: &str) -> Vec<Duration> {
    let (mut claims, mut planned, mut entry) = (Vec::new(), Duration::ZERO, None);
    for line in log.lines() {
        if let Some((_, told)) = line.split_once("duration: ") {
            entry = told.split_once(" ms  ").and_then(|(ms, rest)| Some((ms.parse::<f64>().ok()?, rest)));
        }
        if !line.contains("/* jobs.claim platform */") {
            continue;
        }
        let Some((ms, phase)) = entry.take() else { continue };
        let took = Duration::from_secs_f64(ms / 1e3);
        if phase.starts_with("bind") {
            planned = took;
        } else if phase.starts_with("execute") {
            claims.push(std::mem::take(&mut planned) + took);
        }
    }
    claims
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_its_plan_and_its_execution_and_others_do_not_count() {
        let log = "12:00 LOG:  duration: 9.5 ms  parse s1: -- Takes jobs.\n\twith /* jobs.claim platform */ said as (\n\
                   12:00 LOG:  duration: 0.5 ms  bind s1: -- Takes jobs.\n\twith /* jobs.claim platform */ said as (\n\
                   12:00 LOG:  duration: 3.0 ms  execute s2: select /* jobs.other */ 1\n\
                   12:00 LOG:  duration: 1.5 ms  execute s1: -- Takes jobs.\n\twith /* jobs.claim platform */ said as (\n";
        assert_eq!(durations(log), [Duration::from_millis(2)]);
    }
}
