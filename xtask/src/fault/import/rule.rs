//! The rules that can be left out. Both are rules of transactions, and are undone in the database: the application is the one
//! that is shipped. Never here: how it is noticed.

/// A rule of imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Rule {
    /// Nobody gives the files of a dead process to others.
    NoRescue,
    /// A file's outcome and the end of its job are not in the transaction that writes its activity: a kill comes in between.
    EndApart,
}

/// What was rescued waits again with one crash more; here it is nowhere.
const NO_RESCUE: &str = "
    create function lose() returns trigger language plpgsql as $$ begin return null; end $$;
    create trigger lose before insert on mainstay.job_ready for each row when (new.crashes > 0) execute function lose()";

/// The last files that were imported have their activities, and neither an outcome nor a job that has ended.
const END_APART: &str = "
    begin;
    create temp table undone on commit drop as
        select line.athlete_id, line.upload_id, line.position, line.job_id, original.content
        from upload_file as line
        inner join activity on activity.athlete_id = line.athlete_id and activity.id = line.activity_id
        inner join original
            on original.athlete_id = line.athlete_id and original.sha256 = activity.primary_sha256
        where line.outcome = 'imported'
        order by line.finished_at desc limit 3;
    update upload_file as line
    set outcome = 'pending', activity_id = null, message = null, finished_at = null, pending_content = undone.content
    from undone
    where line.athlete_id = undone.athlete_id and line.upload_id = undone.upload_id and line.position = undone.position;
    delete from mainstay.job_outcome where id in (select job_id from undone);
    insert into mainstay.job_ready (id, queue, priority, run_at, kind, attempts, crashes, attempts_most)
    select id, queue, priority, clock_timestamp(), kind, 1, 1, attempts_most
    from mainstay.job where id in (select job_id from undone);
    commit";

impl Rule {
    /// What is done before the first file comes.
    pub(super) fn at_the_beginning(self) -> Option<&'static str> {
        (self == Self::NoRescue).then_some(NO_RESCUE)
    }

    /// What is done while the process is dead.
    pub(super) fn behind_a_kill(self) -> Option<&'static str> {
        (self == Self::EndApart).then_some(END_APART)
    }
}
