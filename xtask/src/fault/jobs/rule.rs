//! The rules that can be left out, each of which some queue leaves out. Never here: how it is noticed.

use mainstay_jobs::Weak;
use serde::{Deserialize, Serialize};

/// A rule of jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
pub(crate) enum Rule {
    /// Whoever has lost a job may end it all the same.
    NoFence,
    /// Claims begin where the last one has ended, and never look behind.
    NoFullPass,
    /// An attempt that has ended with its process does not count.
    AttemptsDecremented,
    /// Processes do not tell each other of new jobs.
    NotifyLost,
    /// The plan of a claim is kept from when the tables were empty.
    StalePlan,
    /// Nobody gives the jobs of dead processes to others.
    NoRescue,
    /// Nobody looks for what it was not told of.
    NoPoll,
    /// A reader of events goes on from the last one that it has seen, whoever commits late.
    NoHorizon,
    /// Jobs with an ordering key are begun like any other.
    NoOrder,
    /// A key keeps nobody from asking for the same again.
    NoKeys,
    /// A queue begins as many as there are places.
    NoLimits,
    /// What takes processes with it is tried for ever.
    NoPoison,
    /// Jobs begin before their time.
    NoTime,
    /// Times of a schedule that nobody was there for are left out.
    NoCatchUp,
    /// Who is asked to stop drops what is at work.
    NoDrain,
    /// Who does not know a kind takes its jobs all the same, and gives them up.
    NoKinds,
    /// Work may take as long as it likes.
    NoDeadline,
    /// Days go when they are old, however much of them lives.
    NoGuard,
}

impl Rule {
    /// What the worker itself leaves out.
    pub(super) fn weak(self) -> Option<Weak> {
        match self {
            Self::NoFence => Some(Weak::NoFence),
            Self::AttemptsDecremented => Some(Weak::AttemptsDecremented),
            Self::StalePlan => Some(Weak::StalePlan),
            Self::NoRescue => Some(Weak::NoRescue),
            Self::NoFullPass
            | Self::NotifyLost
            | Self::NoPoll
            | Self::NoHorizon
            | Self::NoOrder
            | Self::NoKeys
            | Self::NoLimits
            | Self::NoPoison
            | Self::NoTime
            | Self::NoCatchUp
            | Self::NoDrain
            | Self::NoKinds
            | Self::NoDeadline
            | Self::NoGuard => None,
        }
    }

    /// What the database leaves out.
    pub(super) fn sql(self) -> Option<&'static str> {
        match self {
            Self::NoOrder => Some(
                "create function unordered() returns trigger language plpgsql \
                    as 'begin new.ordering_key := null; return new; end'; \
                create trigger unordered before insert on mainstay.job_ready \
                    for each row execute function unordered()",
            ),
            Self::NoKeys => Some(
                "create function unkeyed() returns trigger language plpgsql \
                    as 'begin new.key := sha256(uuid_send(gen_random_uuid())); return new; end'; \
                create trigger unkeyed before insert on mainstay.job_unique \
                    for each row execute function unkeyed()",
            ),
            Self::NoTime => Some(
                "create function untimed() returns trigger language plpgsql \
                    as 'begin new.run_at := least(new.run_at, clock_timestamp()); return new; end'; \
                create trigger untimed before insert on mainstay.job_ready \
                    for each row when (new.run_at < clock_timestamp() + interval '10 minutes') execute function untimed()",
            ),
            Self::NoDeadline => Some(
                "create function undue() returns trigger language plpgsql \
                    as 'begin new.timeout_ms := null; return new; end'; \
                create trigger undue before insert on mainstay.job_ready for each row execute function undue()",
            ),
            _ => None,
        }
    }
}
