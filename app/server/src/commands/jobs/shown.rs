//! Jobs, queues and schedules in the words of a terminal. Never here: where they come from.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mainstay_jobs::cron::Listed;
use mainstay_jobs::{Dead, QueueShown, Shown, Tried, WorkerShown};

use super::table::{plain, table};

/// Of an error or a message, in a table.
const WORDS_MOST: usize = 80;

/// What is not there.
const NONE: &str = "-";

fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

fn maybe_time(at: Option<Timestamp>) -> String {
    at.map_or_else(|| NONE.to_owned(), time)
}

fn short(text: &str) -> String {
    let mut letters = text.chars();
    let words: String = letters.by_ref().take(WORDS_MOST).collect();
    if letters.next().is_some() { format!("{words}…") } else { words }
}

pub(super) fn jobs(jobs: Vec<Shown>) -> String {
    let row = |job: Shown| {
        let progress = job.progress.as_ref();
        let how_far =
            progress.map_or_else(|| NONE.to_owned(), |told| format!("{:.0} %", told.fraction * 100.0));
        let words = job.error.or_else(|| job.progress.map(|told| told.message)).unwrap_or_default();
        [
            job.id.to_string(),
            job.kind,
            job.queue,
            job.state.to_string(),
            format!("{}/{}", job.attempts, job.attempts_most),
            how_far,
            time(job.created_at),
            short(&words),
        ]
    };
    let heads = ["id", "kind", "queue", "state", "attempts", "progress", "asked for", ""];
    table(heads, jobs.into_iter().map(row).collect())
}

pub(super) fn job(job: &Shown, history: Vec<Tried>) -> String {
    let none = || NONE.to_owned();
    let progress = job.progress.as_ref();
    let lines = [
        ("id", job.id.to_string()),
        ("kind", job.kind.clone()),
        ("queue", job.queue.clone()),
        ("priority", job.priority.to_string()),
        ("state", format!("{}{}", job.state, if job.is_cancelling { ", asked to stop" } else { "" })),
        (
            "attempts",
            format!("{} of {}, {} ended with their process", job.attempts, job.attempts_most, job.crashes),
        ),
        ("owner", job.owner.map_or_else(none, |owner| owner.to_string())),
        ("asked for", time(job.created_at)),
        ("begins", maybe_time(job.run_at)),
        ("began", maybe_time(job.started_at)),
        ("ended", maybe_time(job.finished_at)),
        (
            "progress",
            progress.map_or_else(none, |told| format!("{:.0} % {}", told.fraction * 100.0, told.message)),
        ),
        ("error", job.error.clone().unwrap_or_else(none)),
        ("result", job.result.clone().unwrap_or_else(none)),
        ("trace", job.trace.clone().unwrap_or_else(none)),
    ];
    let mut text = String::new();
    for (name, value) in lines {
        let _ = writeln!(text, "{name:10} {}", plain(value));
    }
    if !history.is_empty() {
        let row = |tried: Tried| {
            [
                tried.attempt.to_string(),
                tried.cause,
                time(tried.started_at),
                time(tried.ended_at),
                tried.detail,
            ]
        };
        let heads = ["attempt", "ended by", "began", "ended", "error"];
        let _ = write!(text, "\n{}", table(heads, history.into_iter().map(row).collect()));
    }
    text
}

pub(super) fn dead(letters: Vec<Dead>) -> String {
    let row = |dead: Dead| {
        [
            dead.id.to_string(),
            dead.kind,
            dead.queue,
            format!("{}/{}", dead.attempts, dead.attempts_most),
            dead.reason,
            time(dead.died_at),
            short(&dead.error),
        ]
    };
    let heads = ["id", "kind", "queue", "attempts", "reason", "given up", "error"];
    table(heads, letters.into_iter().map(row).collect())
}

pub(super) fn queues(queues: Vec<QueueShown>) -> String {
    let number = |number: Option<String>| number.unwrap_or_else(|| NONE.to_owned());
    let row = |queue: QueueShown| {
        let limits = queue.limits;
        [
            queue.name,
            queue.queued.to_string(),
            queue.scheduled.to_string(),
            queue.retrying.to_string(),
            queue.running.to_string(),
            number(queue.oldest.map(|oldest| format!("{} s", oldest.as_secs()))),
            maybe_time(queue.paused_at),
            number(limits.running_most.map(|most| most.to_string())),
            number(limits.running_most_of_key.map(|most| most.to_string())),
            number(limits.rate.map(|rate| format!("{}/s, {} at once", rate.per_s(), rate.burst()))),
        ]
    };
    let heads = [
        "queue",
        "queued",
        "scheduled",
        "retrying",
        "running",
        "oldest",
        "paused since",
        "at a time",
        "of a key",
        "rate",
    ];
    table(heads, queues.into_iter().map(row).collect())
}

pub(super) fn workers(workers: Vec<WorkerShown>) -> String {
    let row = |worker: WorkerShown| {
        [
            worker.id.to_string(),
            format!("{} {}", worker.host, worker.pid),
            if worker.is_draining { "stopping" } else { "working" }.to_owned(),
            format!("{}/{}", worker.running, worker.slots),
            time(worker.started_at),
            time(worker.last_seen),
            worker.queues.join(", "),
            worker.kinds.join(", "),
        ]
    };
    let heads = ["worker", "process", "state", "running", "began", "last heard of", "queues", "kinds"];
    table(heads, workers.into_iter().map(row).collect())
}

pub(super) fn schedules(schedules: Vec<Listed>) -> String {
    let row = |listed: Listed| {
        let zone = TimeZone::get(&listed.zone).unwrap_or(TimeZone::UTC);
        let local = |at: &Timestamp| at.to_zoned(zone.clone()).strftime("%a %Y-%m-%d %H:%M %Z").to_string();
        let next: Vec<String> = listed.next.iter().map(local).collect();
        let next = match listed.paused_at {
            Some(at) => format!("paused since {}", time(at)),
            None if next.is_empty() => "never".to_owned(),
            None => next.join(", "),
        };
        [
            listed.name,
            listed.spec,
            listed.zone,
            listed.kind,
            listed.queue,
            listed.last_at.as_ref().map_or_else(|| NONE.to_owned(), local),
            next,
        ]
    };
    let heads = ["schedule", "when", "zone", "kind", "queue", "last", "next"];
    table(heads, schedules.into_iter().map(row).collect())
}
