//! What statements would cost with indexes that do not exist, by HypoPG: it imagines them for one session.
//! Never here: which of them to build.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use tokio_postgres::Client;

use super::AdviseError;
use super::candidates::Candidate;
use super::explain::{Explainer, Plannable};
use super::names::quoted;
use super::plan::Plan;
use super::select::CostModel;
use crate::error::is_connection_loss;

/// A session in which candidates can be imagined.
#[derive(Debug)]
pub(super) struct WhatIf<'given> {
    explainer: &'given Explainer<'given>,
    statements: &'given [Plannable],
    candidates: &'given [Candidate],
    /// Where the extension lives, quoted.
    schema: String,
    /// What is imagined now, by candidate, with the number that HypoPG gave it.
    imagined: BTreeMap<usize, u32>,
    /// When the search is to end.
    until: Instant,
}

/// Whether indexes can be imagined here: the schema of the extension, else what to do.
pub(super) async fn available(session: &Client) -> Result<Result<String, String>, AdviseError> {
    if let Some(schema) = super::extension_schema(session, "hypopg").await? {
        return Ok(Ok(schema));
    }
    let sql = "select exists (select from pg_available_extensions where name = 'hypopg') as is_there";
    let is_there: bool = session.query_one(sql, &[]).await?.try_get("is_there")?;
    let remedy = if is_there {
        "run `create extension hypopg` in this database as a superuser"
    } else {
        "install HypoPG on the server (on Debian: postgresql-15-hypopg, with the server's own version), then run \
         `create extension hypopg` in this database as a superuser"
    };
    Ok(Err(remedy.to_owned()))
}

impl<'given> WhatIf<'given> {
    pub(super) fn new(
        explainer: &'given Explainer<'given>,
        schema: &str,
        statements: &'given [Plannable],
        candidates: &'given [Candidate],
        until: Instant,
    ) -> Self {
        Self { explainer, statements, candidates, schema: quoted(schema), imagined: BTreeMap::new(), until }
    }

    /// The size of each candidate in bytes as HypoPG estimates it; None for one that the server would refuse.
    pub(super) async fn sizes(&mut self) -> Result<Vec<Option<i64>>, AdviseError> {
        let mut sizes = Vec::with_capacity(self.candidates.len());
        for candidate in 0..self.candidates.len() {
            let Some(oid) = self.imagine(candidate).await? else {
                sizes.push(None);
                continue;
            };
            let sql = format!("select {}.hypopg_relation_size($1)::int8 as bytes", self.schema);
            sizes.push(Some(self.explainer.session().query_one(&sql, &[&oid]).await?.try_get("bytes")?));
            self.imagine_only(&BTreeSet::new()).await?;
        }
        Ok(sizes)
    }

    /// The plan of a statement with these candidates, and which of them it uses.
    pub(super) async fn plan(
        &mut self,
        statement: usize,
        candidates: &BTreeSet<usize>,
    ) -> Result<(Plan, BTreeSet<usize>), AdviseError> {
        self.imagine_only(candidates).await?;
        let plan = self.explainer.plan(&self.statements[statement]).await?;
        // HypoPG calls them `<number>btree_table_columns`.
        let is_used = |oid: u32| plan.indexes().iter().any(|name| name.starts_with(&format!("<{oid}>")));
        let used = self.imagined.iter().filter(|(_, oid)| is_used(**oid)).map(|(candidate, _)| *candidate);
        let used = used.collect();
        Ok((plan, used))
    }

    async fn imagine_only(&mut self, candidates: &BTreeSet<usize>) -> Result<(), AdviseError> {
        let gone: Vec<usize> =
            self.imagined.keys().filter(|one| !candidates.contains(one)).copied().collect();
        for candidate in gone {
            if let Some(oid) = self.imagined.remove(&candidate) {
                let sql = format!("select {}.hypopg_drop_index($1)", self.schema);
                self.explainer.session().query_one(&sql, &[&oid]).await?;
            }
        }
        for candidate in candidates {
            if !self.imagined.contains_key(candidate) {
                self.imagine(*candidate).await?;
            }
        }
        Ok(())
    }

    async fn imagine(&mut self, candidate: usize) -> Result<Option<u32>, AdviseError> {
        let sql = format!("select indexrelid as oid from {}.hypopg_create_index($1)", self.schema);
        let index = format!("create index {}", self.candidates[candidate].sql());
        match self.explainer.session().query_one(&sql, &[&index]).await {
            Ok(row) => {
                let oid = row.try_get("oid")?;
                self.imagined.insert(candidate, oid);
                Ok(Some(oid))
            }
            Err(error) if is_connection_loss(&error) => Err(error.into()),
            Err(error) => {
                tracing::debug!(db.index = %index, error = %error, "no such index is possible");
                Ok(None)
            }
        }
    }
}

impl CostModel for WhatIf<'_> {
    type Error = AdviseError;

    async fn cost(&mut self, statement: usize, candidates: &BTreeSet<usize>) -> Result<f64, AdviseError> {
        Ok(self.plan(statement, candidates).await?.0.cost())
    }

    fn has_time(&self) -> bool {
        Instant::now() < self.until
    }
}
