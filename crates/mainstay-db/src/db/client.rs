//! What runs statements behind a read session or a transaction: the transaction's own connection, or for reads the
//! pipelined lane, else a connection of the pool that is taken when first needed. Never here: when a transaction ends.

use std::sync::atomic::{AtomicBool, Ordering};

use deadpool_postgres::Object;
use tokio::sync::OnceCell;
use tokio_postgres::Row;

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
    /// A transaction's connection, and whether anything was done in the transaction.
    Held {
        connection: Object,
        is_begun: AtomicBool,
    },
    Reading {
        held: OnceCell<Object>,
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
        Self { via: Via::Held { connection, is_begun: AtomicBool::new(false) }, db }
    }

    pub(super) fn reading(db: Db, server: Server) -> Self {
        Self { via: Via::Reading { held: OnceCell::new(), server }, db }
    }

    /// The connection of a transaction.
    pub(super) fn into_held(self) -> Option<Object> {
        match self.via {
            Via::Held { connection, .. } => Some(connection),
            Via::Reading { held, .. } => held.into_inner(),
        }
    }

    /// The connection of a transaction, while it lasts.
    pub(super) fn held_connection(&self) -> Option<&Object> {
        match &self.via {
            Via::Held { connection, .. } => Some(connection),
            Via::Reading { .. } => None,
        }
    }

    async fn connection(&self) -> Result<&Object, DbError> {
        match &self.via {
            Via::Held { connection, .. } => Ok(connection),
            Via::Reading { held, .. } => held.get_or_try_init(|| self.db.acquire(Lane::Read)).await,
        }
    }

    /// The connection for a text, of which nobody knows what it does.
    async fn connection_for_text(&self) -> Result<&Object, DbError> {
        self.has_begun();
        self.connection().await
    }

    fn has_begun(&self) {
        if let Via::Held { is_begun, .. } = &self.via {
            is_begun.store(true, Ordering::Relaxed);
        }
    }

    /// What a statement's failure tells of the server is kept. Where the statement may simply be asked again, this
    /// returns `Ok`: nothing depends on what the connection did before.
    async fn judge(&self, error: DbError) -> Result<(), DbError> {
        match &error {
            DbError::StorageFull(_) => self.db.0.room.refused(),
            DbError::StalePlan(_) => {
                self.db.forget_prepared();
                match &self.via {
                    Via::Reading { .. } => return Ok(()),
                    Via::Held { connection, is_begun } if !is_begun.load(Ordering::Relaxed) => {
                        return Ok(connection.batch_execute("rollback; begin").await?);
                    }
                    Via::Held { .. } => {}
                }
            }
            _ => {}
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
        if statement.is_pipelined() { self.db.0.pipeline.rows(statement, parameters).await } else { Ok(None) }
    }

    async fn read_here(
        &self,
        statement: &'static Statement,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<Row>, DbError> {
        let connection = self.connection().await?;
        let prepared = connection.prepare_cached(statement.text()).await?;
        let Some((replicas, session)) = self.followed() else {
            return Ok(connection.query(&prepared, parameters).await?);
        };
        let (rows, position) = replicas::read(connection, &prepared, parameters).await?;
        session.saw(replicas.token(position));
        Ok(rows)
    }

    async fn write_here(
        &self,
        statement: &'static Statement,
        parameters: &Parameters<'_>,
    ) -> Result<u64, DbError> {
        let connection = self.connection().await?;
        let prepared = connection.prepare_cached(statement.text()).await?;
        Ok(connection.execute(&prepared, parameters).await?)
    }

    /// The rows of a text with parameters, on a connection of the pool. For statements that have no name, such as
    /// those of tests; the server plans it anew each time.
    ///
    /// # Errors
    /// As [`Db::read`], and whatever the server says of the statement.
    pub async fn query(&self, text: &str, parameters: &Parameters<'_>) -> Result<Vec<Row>, DbError> {
        Ok(self.connection_for_text().await?.query(text, parameters).await?)
    }

    /// As [`Client::query`], for exactly one row.
    ///
    /// # Errors
    /// As [`Client::query`], and for another number of rows.
    pub async fn query_one(&self, text: &str, parameters: &Parameters<'_>) -> Result<Row, DbError> {
        Ok(self.connection_for_text().await?.query_one(text, parameters).await?)
    }

    /// As [`Client::query`], for one row or none.
    ///
    /// # Errors
    /// As [`Client::query`], and for several rows.
    pub async fn query_opt(&self, text: &str, parameters: &Parameters<'_>) -> Result<Option<Row>, DbError> {
        Ok(self.connection_for_text().await?.query_opt(text, parameters).await?)
    }

    /// Runs a text and says how many rows it changed.
    ///
    /// # Errors
    /// As [`Client::query`].
    pub async fn execute(&self, text: &str, parameters: &Parameters<'_>) -> Result<u64, DbError> {
        Ok(self.connection_for_text().await?.execute(text, parameters).await?)
    }

    /// Runs several statements without parameters.
    ///
    /// # Errors
    /// As [`Client::query`].
    pub async fn batch_execute(&self, text: &str) -> Result<(), DbError> {
        Ok(self.connection_for_text().await?.batch_execute(text).await?)
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
            None => match self.read_here(statement, parameters).await {
                Ok(rows) => rows,
                Err(error) => {
                    self.judge(error).await?;
                    self.read_here(statement, parameters).await?
                }
            },
        };
        self.has_begun();
        running.end(rows.len() as u64);
        Ok(rows)
    }

    async fn execute(
        &self,
        statement: &'static Statement,
        parameters: &Parameters<'_>,
    ) -> Result<u64, DbError> {
        let running = insight::begin(&self.db.0.insight, statement, parameters)?;
        let changed = match self.write_here(statement, parameters).await {
            Ok(changed) => changed,
            Err(error) => {
                self.judge(error).await?;
                self.write_here(statement, parameters).await?
            }
        };
        self.has_begun();
        running.end(changed);
        Ok(changed)
    }
}
