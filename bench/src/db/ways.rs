//! The ways to the database that are compared, each behind the same trait as ours, so that generated statements run on
//! all of them. Never here: what is asked, and how often.

use std::collections::HashMap;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use mainstay_db::{Client, Config, Db, DbError, Executor, Parameters, Session, Statement, Target};
use tokio_postgres::{NoTls, Row};

use super::question::Question;

/// One way to ask.
pub(super) enum Way {
    /// The driver alone: one connection, on which everybody's statements are joined.
    Joined(Box<Bare>),
    /// The driver alone: a connection for each who asks.
    Alone(Vec<Bare>),
    /// deadpool-postgres with its statement cache, as large as our pool.
    Deadpool(Deadpool),
    /// Our pool of read sessions, the pipelined lane switched off.
    Pool(Db),
    /// Our transaction: begin, statement, commit.
    Transaction(Db),
    /// Our pipelined lane as it is configured by default.
    Lane(Db),
}

impl Way {
    /// All of them, the driver alone first, opened for so many who ask.
    pub(super) async fn all(target: &Target, most: usize) -> anyhow::Result<Vec<Self>> {
        let mut alone = Vec::with_capacity(most);
        for _ in 0..most {
            alone.push(Bare::connect(target).await?);
        }
        let with_lane = Config { application_name: "bench".to_owned(), ..Config::default() };
        let mut without_lane = with_lane.clone();
        without_lane.pipeline.connections = 0;
        let pool = Db::connect(&without_lane, target).await?;
        Ok(vec![
            Self::Joined(Box::new(Bare::connect(target).await?)),
            Self::Alone(alone),
            Self::Deadpool(Deadpool::new(target, with_lane.pool_read_max)?),
            Self::Pool(pool.clone()),
            Self::Transaction(pool),
            Self::Lane(Db::connect(&with_lane, target).await?),
        ])
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Joined(_) => "driver, one connection",
            Self::Alone(_) => "driver, one each",
            Self::Deadpool(_) => "deadpool",
            Self::Pool(_) => "our pool",
            Self::Transaction(_) => "our transaction",
            Self::Lane(_) => "our pipelined lane",
        }
    }

    pub(super) fn is_bare(&self) -> bool {
        matches!(self, Self::Joined(_) | Self::Alone(_))
    }

    /// Asks once and says how many rows there were; `who` is the number of the one who asks.
    pub(super) async fn ask(&self, who: usize, question: Question) -> Result<usize, DbError> {
        match self {
            Self::Joined(bare) => question.ask(bare.as_ref()).await,
            Self::Alone(connections) => question.ask(&connections[who]).await,
            Self::Deadpool(pool) => question.ask(pool).await,
            Self::Pool(db) | Self::Lane(db) => question.ask::<Client>(&db.read()).await,
            Self::Transaction(db) => {
                let tx = db.write().await?;
                let rows = question.ask::<Client>(&tx).await?;
                tx.commit().await?;
                Ok(rows)
            }
        }
    }
}

/// A connection of the driver's, and what is prepared on it.
pub(super) struct Bare {
    session: Session,
    prepared: tokio::sync::RwLock<HashMap<&'static str, tokio_postgres::Statement>>,
}

impl Bare {
    async fn connect(target: &Target) -> anyhow::Result<Self> {
        let session = Session::connect(target, "bench", Duration::from_secs(10)).await?;
        // As the lane has it: a plan for each statement and not for each execution.
        session.batch_execute("set plan_cache_mode = force_generic_plan").await?;
        Ok(Self { session, prepared: tokio::sync::RwLock::default() })
    }

    async fn prepare(&self, statement: &'static Statement) -> Result<tokio_postgres::Statement, DbError> {
        if let Some(prepared) = self.prepared.read().await.get(statement.name()) {
            return Ok(prepared.clone());
        }
        let prepared = self.session.prepare(statement.text()).await?;
        self.prepared.write().await.insert(statement.name(), prepared.clone());
        Ok(prepared)
    }
}

impl Executor for Bare {
    async fn rows(
        &self,
        statement: &'static Statement,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<Row>, DbError> {
        let prepared = self.prepare(statement).await?;
        Ok(self.session.query(&prepared, parameters).await?)
    }

    async fn execute(
        &self,
        statement: &'static Statement,
        parameters: &Parameters<'_>,
    ) -> Result<u64, DbError> {
        let prepared = self.prepare(statement).await?;
        Ok(self.session.execute(&prepared, parameters).await?)
    }
}

/// deadpool-postgres by itself.
pub(super) struct Deadpool(Pool);

impl Deadpool {
    fn new(target: &Target, size: usize) -> anyhow::Result<Self> {
        let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(target.driver_config().clone(), NoTls, config);
        Ok(Self(Pool::builder(manager).max_size(size).build()?))
    }

    async fn get(&self) -> Result<deadpool_postgres::Object, DbError> {
        let unavailable = |error| DbError::Unavailable { why: format!("{error}"), source: None };
        self.0.get().await.map_err(unavailable)
    }
}

impl Executor for Deadpool {
    async fn rows(
        &self,
        statement: &'static Statement,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<Row>, DbError> {
        let connection = self.get().await?;
        let prepared = connection.prepare_cached(statement.text()).await?;
        Ok(connection.query(&prepared, parameters).await?)
    }

    async fn execute(
        &self,
        statement: &'static Statement,
        parameters: &Parameters<'_>,
    ) -> Result<u64, DbError> {
        let connection = self.get().await?;
        let prepared = connection.prepare_cached(statement.text()).await?;
        Ok(connection.execute(&prepared, parameters).await?)
    }
}
