//! What runs statements behind a read session or a transaction: the transaction's own connection, or for reads the
//! pipelined lane, else a connection of the pool that is taken when first needed. Never here: when a transaction ends.

use deadpool_postgres::Object;
use tokio::sync::OnceCell;
use tokio_postgres::Row;

use super::connection::{Asked, Connection};
use super::{Db, Lane};
use crate::DbError;
use crate::causality::{self, Causality};
use crate::insight;
use crate::replicas::{self, Replicas};
use crate::statement::{Executor, Parameters, Statement};

/// Runs statements. Generated statements bind to it; it is what [`crate::Read`] and [`crate::Tx`] lead to.
#[derive(Debug)]
pub struct Client {
    via: Via,
    db: Db,
}

#[derive(Debug)]
enum Via {
    /// A transaction's connection.
    Held(Connection),
    Reading {
        held: OnceCell<Connection>,
        server: Server,
    },
}

/// Which server a read may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Server {
    /// A replica that has what the session has seen, else the primary.
    Any,
    /// The primary alone.
    Primary,
}

impl Client {
    pub(super) fn held(connection: Object, db: Db) -> Self {
        Self { via: Via::Held(Connection::new(connection, &db.0.write_opener)), db }
    }

    pub(super) fn reading(db: Db, server: Server) -> Self {
        Self { via: Via::Reading { held: OnceCell::new(), server }, db }
    }

    /// Takes the connection out of the pool and closes it; what runs there is ended.
    pub(super) fn close(self) {
        let connection = match self.via {
            Via::Held(connection) => Some(connection),
            Via::Reading { held, .. } => held.into_inner(),
        };
        if let Some(connection) = connection {
            connection.close();
        }
    }

    async fn connection(&self) -> Result<&Connection, DbError> {
        match &self.via {
            Via::Held(connection) => Ok(connection),
            Via::Reading { held, .. } => {
                held.get_or_try_init(|| async {
                    let object = self.db.acquire(Lane::Read).await?;
                    Ok(Connection::new(object, &self.db.0.read_opener))
                })
                .await
            }
        }
    }

    /// Begins a transaction. It does not count as a statement of it; who is dropped meanwhile closes the connection.
    pub(super) async fn begin_transaction(&self) -> Result<(), DbError> {
        // Ahead of it: inside, the first question would end the choice of an isolation level.
        self.settle().await?;
        Ok(self.connection().await?.batch_execute("begin").await?)
    }

    /// Before a statement of a session goes to the primary: it must show what a replica has shown the session. Who is
    /// dropped meanwhile leaves nothing behind but an answer that nobody reads.
    async fn settle(&self) -> Result<(), DbError> {
        let Some((replicas, session)) = self.db.replicas().zip(causality::current()) else { return Ok(()) };
        let token = session.token();
        if token.is_some_and(|token| !replicas.shows(&token)) {
            replicas.settle(self.connection().await?, token).await?;
        }
        session.settled(token);
        Ok(())
    }

    /// A commit is sent next.
    pub(super) fn begin_end(&self) {
        if let Via::Held(connection) = &self.via {
            connection.begin_end();
        }
    }

    /// The connection, for one statement. Whoever is dropped before the answer leaves it busy.
    pub(super) async fn ask(&self) -> Result<Asked<'_>, DbError> {
        Ok(self.connection().await?.ask(&self.db.0.room))
    }

    /// Where the statement may simply be asked again, this returns `Ok`: nothing depends on what the connection did
    /// before.
    async fn judge(&self, error: DbError) -> Result<(), DbError> {
        if matches!(error, DbError::StalePlan(_)) {
            self.db.forget_prepared();
            match &self.via {
                Via::Reading { .. } => return Ok(()),
                // Nothing else was even sent: what the transaction does besides would be undone.
                Via::Held(connection) if connection.has_asked_once() => {
                    return Ok(connection.batch_execute("rollback; begin").await?);
                }
                Via::Held(_) => {}
            }
        }
        Err(error)
    }

    /// The replicas, and the session that reads: what it reads from the primary they must have before they answer it
    /// again.
    fn followed(&self) -> Option<(&Replicas, Causality)> {
        match &self.via {
            Via::Reading { server: Server::Any, .. } => self.db.replicas().zip(causality::current()),
            _ => None,
        }
    }

    /// The rows from a replica or from the pipelined lane. `None`: a connection of the pool is needed.
    async fn read_elsewhere(
        &self,
        statement: &'static Statement,
        parameters: &Parameters<'_>,
    ) -> Result<Option<Vec<Row>>, DbError> {
        if !matches!(self.via, Via::Reading { .. }) {
            return Ok(None);
        }
        if self.followed().is_some() {
            return self.db.ask_replica(statement, parameters).await;
        }
        self.settle().await?;
        if statement.is_pipelined() { self.db.0.pipeline.rows(statement, parameters).await } else { Ok(None) }
    }

    async fn read_here(
        &self,
        statement: &'static Statement,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<Row>, DbError> {
        let asked = self.ask().await?;
        let Some((replicas, session)) = self.followed() else {
            let rows = async {
                let prepared = asked.prepare_cached(statement.text()).await?;
                asked.query(&prepared, parameters).await
            };
            let rows = rows.await;
            return asked.answered(rows);
        };
        let before = session.asks();
        let read = async {
            let prepared = asked.prepare_cached(statement.text()).await?;
            replicas::read(&asked, &prepared, parameters).await
        };
        let read = read.await;
        let (rows, position) = asked.answered(read)?;
        session.saw_on_primary(before, replicas.token(position));
        Ok(rows)
    }

    async fn write_here(
        &self,
        statement: &'static Statement,
        parameters: &Parameters<'_>,
    ) -> Result<u64, DbError> {
        let asked = self.ask().await?;
        let changed = async {
            let prepared = asked.prepare_cached(statement.text()).await?;
            asked.execute(&prepared, parameters).await
        };
        let changed = changed.await;
        asked.answered(changed)
    }

    /// The rows of a text with parameters, on a connection of the pool. For statements that have no name, such as
    /// those of tests; the server plans it anew each time.
    ///
    /// # Errors
    /// As [`Db::read`], and whatever the server says of the statement.
    pub async fn query(&self, text: &str, parameters: &Parameters<'_>) -> Result<Vec<Row>, DbError> {
        self.settle().await?;
        let asked = self.ask().await?;
        let answer = asked.query(text, parameters).await;
        asked.answered(answer)
    }

    /// As [`Client::query`], for exactly one row.
    ///
    /// # Errors
    /// As [`Client::query`], and for another number of rows.
    pub async fn query_one(&self, text: &str, parameters: &Parameters<'_>) -> Result<Row, DbError> {
        self.settle().await?;
        let asked = self.ask().await?;
        let answer = asked.query_one(text, parameters).await;
        asked.answered(answer)
    }

    /// As [`Client::query`], for one row or none.
    ///
    /// # Errors
    /// As [`Client::query`], and for several rows.
    pub async fn query_opt(&self, text: &str, parameters: &Parameters<'_>) -> Result<Option<Row>, DbError> {
        self.settle().await?;
        let asked = self.ask().await?;
        let answer = asked.query_opt(text, parameters).await;
        asked.answered(answer)
    }

    /// Runs a text and says how many rows it changed.
    ///
    /// # Errors
    /// As [`Client::query`].
    pub async fn execute(&self, text: &str, parameters: &Parameters<'_>) -> Result<u64, DbError> {
        self.settle().await?;
        let asked = self.ask().await?;
        let answer = asked.execute(text, parameters).await;
        asked.answered(answer)
    }

    /// Runs several statements without parameters.
    ///
    /// # Errors
    /// As [`Client::query`].
    pub async fn batch_execute(&self, text: &str) -> Result<(), DbError> {
        let asked = self.ask().await?;
        let answer = asked.batch_execute(text).await;
        asked.answered(answer)
    }
}

impl Executor for Client {
    async fn rows(
        &self,
        statement: &'static Statement,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<Row>, DbError> {
        let running = insight::begin(&self.db.0.insight, statement, parameters)?;
        let rows = match self.read_elsewhere(statement, parameters).await? {
            Some(rows) => rows,
            None => {
                self.settle().await?;
                match self.read_here(statement, parameters).await {
                    Ok(rows) => rows,
                    Err(error) => {
                        self.judge(error).await?;
                        self.read_here(statement, parameters).await?
                    }
                }
            }
        };
        running.end(rows.len() as u64);
        Ok(rows)
    }

    async fn execute(
        &self,
        statement: &'static Statement,
        parameters: &Parameters<'_>,
    ) -> Result<u64, DbError> {
        let running = insight::begin(&self.db.0.insight, statement, parameters)?;
        self.settle().await?;
        let changed = match self.write_here(statement, parameters).await {
            Ok(changed) => changed,
            Err(error) => {
                self.judge(error).await?;
                self.write_here(statement, parameters).await?
            }
        };
        running.end(changed);
        Ok(changed)
    }
}
