//! `cargo xtask fault import`: an athlete hands in an archive of many files to the real application on a real PostgreSQL; its
//! process is killed in the middle, as often as is asked for and at moments drawn from a seed, and started again. At the end
//! every file must be exactly one activity, by the tables and by the API. With `--break` one of the rules is left out, and the
//! same verdict must find it out.

mod archive;
mod paceline;
mod report;
mod rule;
mod verdict;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use mainstay_db::{Session, Target};
use mainstay_runtime::Random;
use mainstay_testing::own_cluster;

use crate::{application, tree};
use archive::Archive;
use paceline::{Paceline, Progress, Setting};
use report::Story;
use rule::Rule;

/// How often it is looked how far the import is.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// An import that has gone no further for so long has come to a stand. Files whose job is gone are looked for every minute.
const STANDS_STILL: Duration = Duration::from_secs(100);

/// How many files, how many kills, and by which rule.
#[derive(Clone, clap::Args)]
pub(crate) struct Arguments {
    /// The same seed makes the same files and kills at the same moments: behind so many files, and so many milliseconds.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Training files of the archive: one a day.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(20..=15_000))]
    files: u64,
    /// How often the process is killed (`kill -9`).
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(0..=100))]
    kills: u64,
    /// Leave a rule out, to see it found out.
    #[arg(long = "break", value_enum)]
    broken: Option<Rule>,
    /// The application's program, such as an optimised one; without it, it is built.
    #[arg(long)]
    program: Option<PathBuf>,
}

/// When the process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kill {
    /// So many files have their outcome.
    behind: u64,
    /// And so many milliseconds later.
    ms: u64,
}

/// True if every file is one activity and the run could have shown otherwise.
pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let program = match &arguments.program {
        Some(program) => program.canonicalize().context("there is no such program")?,
        None => application::build(&tree::find_root()?)?,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let own = own_cluster().await.context("the server was not made")?;
        let target = own.cluster.as_ref().context("no server")?.target();
        let setting = Setting { program, database: target.url() };
        let story = tell(arguments, &setting, &target).await?;
        own.close().await?;
        Ok(report::tell(arguments, &story))
    })
}

async fn tell(arguments: &Arguments, setting: &Setting, target: &Target) -> Result<Story> {
    let archive = Archive::of(arguments.seed, arguments.files)?;
    let mut service = Paceline::start(setting).await?;
    let session = Session::connect(target, "verdict", Duration::from_secs(5)).await?;
    if let Some(sql) = arguments.broken.and_then(Rule::at_the_beginning) {
        session.batch_execute(sql).await.context("the rule cannot be broken")?;
    }
    service.register().await?;
    let begun = Instant::now();
    let upload = service.upload(&archive.bytes).await.context("the archive is not taken")?;
    let stored = begun.elapsed();
    let mut killed = Vec::new();
    for kill in plan(arguments) {
        let is_there = |progress: &Progress| progress.done() >= kill.behind;
        let Some(progress) = reach(&mut service, &upload, is_there).await? else { break };
        if progress.is_finished() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(kill.ms)).await;
        service.kill().await?;
        killed.push(verdict::done(&session).await?);
        if let Some(sql) = arguments.broken.and_then(Rule::behind_a_kill) {
            session.batch_execute(sql).await.context("the rule cannot be broken")?;
        }
        service = Paceline::start(setting).await?;
        service.sign_in().await?;
    }
    let progress = reach(&mut service, &upload, Progress::is_finished).await?;
    let took = begun.elapsed();
    let mut counts = verdict::of(&session, i64::try_from(arguments.files)?).await?;
    counts.extend(verdict::of_progress(progress, arguments.files));
    counts.push(verdict::of_starts(&archive.starts, &starts(&mut service).await?));
    let again = verdict::begun_again(&session).await?;
    service.stop().await?;
    Ok(Story { killed, again, stored, took, megabytes: archive.bytes.len() as f64 / 1e6, counts })
}

/// How far it is when this holds; nothing where it comes to a stand before.
async fn reach(
    service: &mut Paceline,
    upload: &str,
    holds: impl Fn(&Progress) -> bool,
) -> Result<Option<Progress>> {
    let (mut last, mut moved) = (None, Instant::now());
    loop {
        match service.progress(upload).await {
            Ok(progress) if holds(&progress) => return Ok(Some(progress)),
            Ok(progress) => {
                if last.replace(progress.done()) != Some(progress.done()) {
                    moved = Instant::now();
                }
                if moved.elapsed() > STANDS_STILL {
                    return Ok(None);
                }
            }
            // While it is busy.
            Err(error) if moved.elapsed() > STANDS_STILL => return Err(error),
            Err(_) => {}
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// When each activity that the athlete can see began, page by page.
async fn starts(service: &mut Paceline) -> Result<Vec<Timestamp>> {
    let (mut starts, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = service.get(&format!("/v1/activities?limit=100{cursor}")).await?;
        for activity in page["items"].as_array().context("a page without activities")? {
            starts.push(activity["start_time"].as_str().context("no start")?.parse()?);
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(starts),
        }
        if starts.len() > 1_000_000 {
            bail!("the list of activities has no end");
        }
    }
}

/// Moments in the order in which they come, none in the first or the last tenth of the files.
fn plan(arguments: &Arguments) -> BTreeSet<Kill> {
    let random = Random::seeded(arguments.seed);
    let tenth = arguments.files / 10;
    let kill = |_| Kill { behind: tenth + random.below(arguments.files - 2 * tenth), ms: random.below(100) };
    (0..arguments.kills).map(kill).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_kills_at_the_same_moments_in_the_middle() {
        let arguments = |seed| Arguments { seed, files: 2_000, kills: 10, broken: None, program: None };
        assert_eq!(plan(&arguments(7)), plan(&arguments(7)));
        assert_ne!(plan(&arguments(7)), plan(&arguments(8)));
        assert_eq!(plan(&arguments(7)).len(), 10);
        assert!(plan(&arguments(7)).iter().all(|kill| (200..1_800).contains(&kill.behind)));
    }
}
