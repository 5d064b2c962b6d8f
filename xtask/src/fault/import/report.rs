//! The table of what happened, and the verdict. Never here: judgement of single promises.

use std::time::Duration;

use super::Arguments;
use super::verdict::Count;

/// What happened, in numbers.
pub(super) struct Story {
    /// How many files were done at each kill.
    pub(super) killed: Vec<i64>,
    /// Files that were begun again.
    pub(super) again: i64,
    /// From the first byte of the archive to the answer.
    pub(super) stored: Duration,
    /// From there to the last outcome, starts included.
    pub(super) took: Duration,
    pub(super) megabytes: f64,
    pub(super) counts: Vec<Count>,
}

/// Prints what happened; true if no promise was broken and the run could have shown it.
pub(super) fn tell(arguments: &Arguments, story: &Story) -> bool {
    println!("{:>8}  files in one archive of {:.1} MB", arguments.files, story.megabytes);
    println!("{:>8.1}  seconds until it was stored and answered", story.stored.as_secs_f64());
    let behind: Vec<String> = story.killed.iter().map(ToString::to_string).collect();
    println!("{:>8}  kills, when so many were done: {}", story.killed.len(), behind.join(", "));
    println!("{:>8}  files begun again", story.again);
    println!("{:>8.1}  seconds until all were done, starts included", story.took.as_secs_f64());
    for Count { name, wrong } in &story.counts {
        let mark = if *wrong == 0 { "" } else { "   <== broken" };
        println!("{wrong:>8}  {name}{mark}");
    }
    let broken: i64 = story.counts.iter().map(|count| count.wrong).sum();
    let is_telling =
        story.killed.len() as u64 == arguments.kills && (arguments.kills == 0 || story.again > 0);
    let rule = arguments.broken.map_or_else(String::new, |rule| format!(" with {rule:?} broken in"));
    println!(
        "fault import{rule}: seed {}, {} files, {} kills, {} begun again, {:.0} s, {broken} promises broken{}",
        arguments.seed,
        arguments.files,
        story.killed.len(),
        story.again,
        story.took.as_secs_f64(),
        if is_telling { "" } else { "; nothing was shown" }
    );
    // What was left out must be seen in what is wrong, not in what is missing.
    broken == 0 && (is_telling || arguments.broken.is_some())
}
