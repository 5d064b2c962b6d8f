//! The connection over which a life says everything but that it lives: how attempts end, what they tell of themselves, who
//! leads. It is opened again after it was lost, and what is at work goes on: an end names its attempt and its life, so that
//! asking twice writes it once. Never here: what is said over it; when the life is over for want of it (`pulse`).

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use mainstay_db::{Session, Target};
use tokio::sync::{Notify, watch};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Error, Statement};

use super::Ended;
use super::refusal::{Refusal, is_unsent};
use super::trouble::Trouble;
use crate::store;

/// Between two looks at whether it is still there.
const LOOK: Duration = Duration::from_millis(100);

/// Before one that could not be opened is opened again.
const AGAIN: Duration = Duration::from_millis(250);

/// The connection of one life.
#[derive(Debug)]
pub(crate) struct Link {
    target: Target,
    within: Duration,
    settings: &'static str,
    /// Which server it was opened to at first; nobody knows where a crash may forget what was committed.
    origin: Option<String>,
    open: watch::Sender<Option<Arc<Open>>>,
    lost: Notify,
}

/// While it is open: what is said most is prepared once.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) session: Session,
    pub(super) succeed: Statement,
    pub(super) fail: Statement,
}

impl Open {
    /// Whether this error says that it is lost, so that nobody knows whether the statement was done.
    fn is_lost(&self, error: &Error) -> bool {
        const GOING: [SqlState; 3] =
            [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW];
        self.session.is_closed()
            || error.is_closed()
            || error.code().is_some_and(|code| GOING.contains(code))
            || !is_unsent(error)
                && error.source().is_some_and(|source| source.downcast_ref::<std::io::Error>().is_some())
    }
}

impl Link {
    /// One that is open. It is opened within so long, or not at all, and told these settings at first.
    pub(super) async fn open(
        target: &Target,
        within: Duration,
        settings: &'static str,
    ) -> Result<Self, Error> {
        let (open, lost) = (watch::Sender::new(None), Notify::new());
        let mut link = Self { target: target.clone(), within, settings, origin: None, open, lost };
        let (open, origin) = link.connect().await?;
        link.origin = origin;
        link.open.send_replace(Some(Arc::new(open)));
        Ok(link)
    }

    async fn connect(&self) -> Result<(Open, Option<String>), Error> {
        let name = "mainstay jobs ends";
        let session = Session::connect_for(&self.target, name, self.within, store::LONGEST).await?;
        session.batch_execute(self.settings).await?;
        session.batch_execute(store::ENDS).await?;
        let origin = origin(&session).await?;
        let (succeed, fail) =
            (session.prepare(store::SUCCEED.text()).await?, session.prepare(store::FAIL).await?);
        Ok((Open { session, succeed, fail }, origin))
    }

    /// The open one, if there is one just now.
    pub(crate) fn now(&self) -> Option<Arc<Open>> {
        self.open.borrow().clone().filter(|open| !open.session.is_closed())
    }

    /// The open one, waited for: for as long as the life lasts.
    pub(crate) async fn opened(&self) -> Arc<Open> {
        let mut opened = self.open.subscribe();
        loop {
            if let Some(open) = self.now() {
                return open;
            }
            // Its sender lives as long as this.
            let _ = opened.changed().await;
        }
    }

    /// Whether the error says that this one is lost: then it is used no more, and another is opened.
    pub(crate) fn loses(&self, open: &Arc<Open>, error: &Error) -> bool {
        let is_lost = open.is_lost(error);
        if is_lost {
            self.lose(open);
        }
        is_lost
    }

    /// It is used no more, and another is opened.
    pub(super) fn lose(&self, lost: &Arc<Open>) {
        let is_lost = |open: &mut Option<Arc<Open>>| {
            let is_it = open.as_ref().is_some_and(|open| Arc::ptr_eq(open, lost));
            if is_it {
                *open = None;
            }
            is_it
        };
        self.open.send_if_modified(is_lost);
        self.lost.notify_one();
    }

    /// Whether this other connection leads where this one has led at first: to another server nothing is said that names what
    /// this life knows. Then this one is looked at anew, and the life ends if it leads elsewhere, too.
    pub(super) async fn is_same(&self, session: &Session) -> Result<bool, Error> {
        let is_same = origin(session).await? == self.origin;
        if !is_same && let Some(open) = self.now() {
            self.lose(&open);
        }
        Ok(is_same)
    }

    /// Opens it again whenever it is lost, until the life of this number must end: where the server that answers now may not
    /// know what this life has claimed, and where no waiting will open it.
    pub(super) async fn keep(&self, worker: i64) -> Ended {
        let mut trouble = Trouble::new(worker);
        loop {
            let mut pause = LOOK;
            if self.now().is_none() {
                match self.connect().await {
                    Ok((_, origin)) if origin.is_none() || origin != self.origin => return Ended::Moved,
                    Ok((open, _)) => {
                        self.open.send_replace(Some(Arc::new(open)));
                        trouble.is_over();
                    }
                    Err(error) if Refusal::of(&error) == Some(Refusal::Lasting) => {
                        return Ended::Database(error);
                    }
                    Err(error) => {
                        trouble.lasts(&error);
                        pause = AGAIN;
                    }
                }
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.lost.notified(), if pause == LOOK => {}
            }
        }
    }
}

/// Which history of which server this is. Nothing where the server does not say, or a crash may forget what was committed: the
/// life ends with the connection then.
async fn origin(session: &Session) -> Result<Option<String>, Error> {
    match session.query_one(store::ORIGIN, &[]).await {
        Err(refused) if refused.as_db_error().is_some() && !session.is_closed() => Ok(None),
        row => row?.try_get(0),
    }
}
