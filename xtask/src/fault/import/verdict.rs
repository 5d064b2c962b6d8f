//! What is wrong at the end, by the tables and by what the API says. Never here: how it came about.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::Timestamp;
use mainstay_db::Session;

use super::paceline::Progress;

/// A promise, and how often it was broken.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) name: &'static str,
    pub(super) wrong: i64,
}

/// What each of them counts must be nothing.
const PROMISES: [(&str, &str); 9] = [
    (
        "files without an outcome, or whose bytes were not let go",
        "select count(*) from upload_file where outcome = 'pending' or pending_content is not null",
    ),
    ("files that were not imported", "select count(*) from upload_file where outcome <> 'imported'"),
    (
        "files whose activity is not there, or is another file's",
        "select count(*) from upload_file as line where 1 <> ( \
            select count(*) from activity \
            inner join upload_file as other on other.athlete_id = activity.athlete_id and other.activity_id = activity.id \
            where activity.athlete_id = line.athlete_id and activity.id = line.activity_id and activity.deleted_at is null)",
    ),
    ("activities that began at the same time", "select count(*) - count(distinct start_time) from activity"),
    (
        "activities without one source, one original, one row of samples and one analysis",
        "select count(*) from activity where (1, 1, 1, 1) <> ( \
            select \
                (select count(*) from activity_source as own where own.athlete_id = activity.athlete_id and own.activity_id = activity.id), \
                (select count(*) from original as own \
                    where own.athlete_id = activity.athlete_id and own.sha256 = activity.primary_sha256), \
                (select count(*) from activity_stream as own where own.athlete_id = activity.athlete_id and own.activity_id = activity.id), \
                (select count(*) from activity_analysis as own where own.athlete_id = activity.athlete_id and own.activity_id = activity.id))",
    ),
    ("uploads that have not finished", "select count(*) from upload where finished_at is null"),
    (
        "jobs that have not ended",
        "select (select count(*) from mainstay.job_running where kind = 'import.file') \
            + (select count(*) from mainstay.job_ready where kind = 'import.file')",
    ),
    (
        "jobs that did not succeed once",
        "select count(*) from mainstay.job where kind = 'import.file' and 1 <> ( \
            select count(*) from mainstay.job_outcome as ended where ended.id = job.id and ended.state = 'succeeded')",
    ),
    ("dead letters", "select count(*) from mainstay.job_dead"),
];

/// There must be as many of each as files.
const AS_MANY: [(&str, &str); 4] = [
    ("lines of the report too many, or too few", "select count(*) from upload_file"),
    ("activities too many, or too few", "select count(*) from activity"),
    ("originals too many, or too few", "select count(*) from original"),
    ("jobs too many, or too few", "select count(*) from mainstay.job where kind = 'import.file'"),
];

/// What the tables say.
pub(super) async fn of(session: &Session, files: i64) -> Result<Vec<Count>> {
    let mut counts = Vec::new();
    for (name, sql) in PROMISES {
        counts.push(Count { name, wrong: number(session, sql).await? });
    }
    for (name, sql) in AS_MANY {
        counts.push(Count { name, wrong: (number(session, sql).await? - files).abs() });
    }
    Ok(counts)
}

/// What the report of the upload says; nothing where the import came to a stand.
pub(super) fn of_progress(progress: Option<Progress>, files: u64) -> [Count; 2] {
    let missing = progress.map_or(0, |progress| files.abs_diff(progress.imported).cast_signed());
    [
        Count { name: "an import that came to a stand", wrong: i64::from(progress.is_none()) },
        Count { name: "files that the report does not call imported", wrong: missing },
    ]
}

/// What the list of activities says: every start once, and no other.
pub(super) fn of_starts(files: &[Timestamp], seen: &[Timestamp]) -> Count {
    let mut left: BTreeMap<Timestamp, i64> = BTreeMap::new();
    files.iter().for_each(|start| *left.entry(*start).or_default() += 1);
    seen.iter().for_each(|start| *left.entry(*start).or_default() -= 1);
    let wrong = left.values().map(|count| count.abs()).sum();
    Count { name: "activities that the athlete does not see, or sees twice", wrong }
}

/// Files that have their outcome.
pub(super) async fn done(session: &Session) -> Result<i64> {
    number(session, "select count(*) from upload_file where outcome <> 'pending'").await
}

/// Attempts that ended with their process.
pub(super) async fn begun_again(session: &Session) -> Result<i64> {
    number(session, "select count(*) from mainstay.job_attempt where cause in ('crash', 'cut')").await
}

async fn number(session: &Session, sql: &str) -> Result<i64> {
    Ok(session.query_one(sql, &[]).await?.try_get(0)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_is_missing_and_one_that_is_there_twice_both_count() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let of = |seen: &[i64]| {
            let seen: Vec<_> = seen.iter().copied().map(at).collect();
            of_starts(&[at(1), at(2), at(3)], &seen).wrong
        };
        assert_eq!(of(&[3, 2, 1]), 0);
        assert_eq!((of(&[3, 1]), of(&[3, 2, 1, 1]), of(&[3, 2, 2]), of(&[3, 2, 4])), (1, 1, 2, 2));
    }
}
