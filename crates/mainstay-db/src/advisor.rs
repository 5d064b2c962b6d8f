//! Which indexes a database lacks and which it could do without, from what it really runs. Never here: when to ask,
//! and the decision to build.
//!
//! The heaviest statements come from `pg_stat_statements`. Each is planned for any values, never executed. What the
//! plans ask of their tables gives candidates (`candidates`); HypoPG imagines them in a session of their own and the
//! planner says what statements would cost (`what_if`); `select` chooses. Without HypoPG the report has what the rules
//! say, and says so.

mod apply;
mod candidates;
mod catalog;
mod conditions;
mod config;
mod error;
mod explain;
mod names;
mod of_db;
mod plan;
mod report;
mod rules;
mod select;
mod surplus;
mod what_if;
mod workload;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use tokio_postgres::Client;

use crate::{Session, Target};

pub use apply::{Built, Effect, Progress, apply};
pub use config::Config;
pub use error::AdviseError;
pub use report::{Hint, Method, MigrationFile, Recommendation, Report, Statement, Unplanned};
pub use surplus::{Reason, Surplus};

use candidates::{Candidate, Found};
use catalog::Catalog;
use explain::{Explainer, Plannable};
use plan::Scan;
use select::{Problem, Selection, Weighed};
use surplus::Reads;
use what_if::WhatIf;
use workload::Workload;

/// How long to try to connect.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The name of our sessions.
const APPLICATION: &str = "mainstay advisor";

/// Advice for the database at `target`, over a read-only session of its own that must reach the server directly:
/// HypoPG imagines for one session. `replicas` are sessions on its replicas, so that an index which only they read is
/// not called unused.
///
/// # Errors
/// [`AdviseError::NoStatistics`] says how to have the workload recorded; otherwise what the driver says.
pub async fn advise(target: &Target, replicas: &[&Session], config: &Config) -> Result<Report, AdviseError> {
    let until = Instant::now() + config.search();
    let session = planning_session(target, config).await?;
    let workload = workload::load(&session, config.statements).await?;
    let catalog = Catalog::load(&session).await?;
    let explainer = Explainer::new(&session).await?;
    let mut report = Report {
        counted_s: workload.counted.map(|counted| counted.as_secs()),
        notes: notes(&workload, &catalog),
        ..Report::default()
    };
    let (ready, scans) = plan_all(&explainer, &workload, &mut report).await?;
    let found = candidates::candidates(&scans, &catalog, config.limits());
    report.hints = hints(&found);
    report.notes.extend(partitioned(&scans, &catalog));
    report.candidates = found.candidates.len();
    report.plans = report.statements.len();
    let world = World { catalog: &catalog, workload: &workload, config };
    match what_if::available(&session).await? {
        Ok(schema) => {
            let mut what_if = WhatIf::new(&explainer, &schema, &ready, &found.candidates, until);
            choose(&mut what_if, &found.candidates, &scans, world, &mut report).await?;
        }
        Err(remedy) => {
            report.method = Method::Rules { remedy };
            report.recommendations = rules::recommendations(&scans, &report.statements, world);
        }
    }
    report.surplus = surplus::surplus(&reads(&catalog, replicas).await?, config.unused_after());
    Ok(report)
}

/// Creates the extensions that the advisor works with, as far as the server has them and they are not there yet. The
/// role must be a superuser's.
///
/// # Errors
/// What the driver says, above all that the role may not.
pub async fn prepare(target: &Target) -> Result<Vec<String>, AdviseError> {
    let session = Session::connect(target, APPLICATION, CONNECT_TIMEOUT).await?;
    let sql = "select /* mainstay.advisor_extensions */ name::text as name from pg_available_extensions \
               where name in ('pg_stat_statements', 'hypopg') and installed_version is null order by name";
    let mut created = Vec::new();
    for row in session.query(sql, &[]).await? {
        let name: String = row.try_get("name")?;
        session.batch_execute(&format!("create extension if not exists {name}")).await?;
        created.push(name);
    }
    Ok(created)
}

/// What a recommendation is reckoned from.
#[derive(Clone, Copy)]
struct World<'given> {
    catalog: &'given Catalog,
    workload: &'given Workload,
    config: &'given Config,
}

async fn planning_session(target: &Target, config: &Config) -> Result<Session, AdviseError> {
    let session = Session::connect_for(target, APPLICATION, CONNECT_TIMEOUT, config.plan_timeout()).await?;
    session.batch_execute(&config.planning_settings()).await?;
    Ok(session)
}

/// Where an extension lives, if this database has it.
async fn extension_schema(session: &Client, name: &str) -> Result<Option<String>, tokio_postgres::Error> {
    let sql = "select /* mainstay.advisor_extension */ n.nspname::text as schema from pg_extension as e \
               inner join pg_namespace as n on e.extnamespace = n.oid where e.extname = $1";
    session.query_opt(sql, &[&name]).await?.map(|row| row.try_get("schema")).transpose()
}

fn notes(workload: &Workload, catalog: &Catalog) -> Vec<String> {
    let mut notes = Vec::new();
    if workload.hidden > 0 {
        let hidden = workload.hidden;
        notes.push(format!(
            "{hidden} statements of other roles are hidden from this role; the role pg_read_all_stats sees them"
        ));
    }
    let unknown = catalog.tables.iter().filter(|(_, facts)| facts.rows == 0.0).count();
    if unknown > 0 {
        notes.push(format!(
            "{unknown} tables are empty or were never analysed; `analyze` would tell the planner"
        ));
    }
    notes
}

/// An index of a partitioned table is built partition by partition, which is not done here.
fn partitioned(scans: &[Vec<Scan>], catalog: &Catalog) -> Option<String> {
    let is_partition = |scan: &Scan| catalog.tables.get(&scan.table).is_some_and(|facts| facts.is_partition);
    let reading = scans.iter().filter(|scans| scans.iter().any(is_partition)).count();
    let note = format!("{reading} statements read partitioned tables, for which nothing is recommended");
    (reading > 0).then_some(note)
}

/// Plans every statement as it is, and keeps those that can be planned and read a table.
async fn plan_all(
    explainer: &Explainer<'_>,
    workload: &Workload,
    report: &mut Report,
) -> Result<(Vec<Plannable>, Vec<Vec<Scan>>), AdviseError> {
    let (mut ready, mut scans) = (Vec::new(), Vec::new());
    for statement in &workload.statements {
        let plannable = match explainer.ready(&statement.text).await? {
            Ok(plannable) => plannable,
            Err(why) => {
                report.unplanned.push(Unplanned { name: statement.label(), why });
                continue;
            }
        };
        let plan = explainer.whole_plan(&plannable).await?;
        let read = plan.scans();
        if read.is_empty() {
            continue;
        }
        report.statements.push(Statement {
            name: statement.label(),
            text: statement.text.clone(),
            calls: statement.calls,
            total_ms: statement.total_ms,
            cost_before: explainer.plan(&plannable).await?.cost(),
            cost_after: None,
        });
        ready.push(plannable);
        scans.push(read);
    }
    Ok((ready, scans))
}

fn hints(found: &Found) -> Vec<Hint> {
    let hint = |(table, column): &(names::Table, String)| Hint {
        table: table.to_string(),
        column: column.clone(),
        hint: format!(
            "statements ask what {table}.{column} contains; try: create index concurrently on {table} using gin ({})",
            names::quoted(column)
        ),
    };
    found.contains.iter().map(hint).collect()
}

/// Lets the planner judge the candidates, and writes what was chosen into the report.
async fn choose(
    what_if: &mut WhatIf<'_>,
    candidates: &[Candidate],
    scans: &[Vec<Scan>],
    world: World<'_>,
    report: &mut Report,
) -> Result<(), AdviseError> {
    let sizes = what_if.sizes().await?;
    let problem = problem(candidates, &sizes, scans, world, &report.statements);
    let Selection { picks, saved_ms, questions, is_cut_short, .. } =
        select::select(&problem, what_if).await?;
    report.plans += questions;
    if is_cut_short {
        report.notes.push(format!(
            "the search ended after {questions} plans (limits: `plans` and `search_ms`); there may be better indexes"
        ));
    }
    let mut used_by: Vec<Vec<usize>> = vec![Vec::new(); candidates.len()];
    for (at, statement) in report.statements.iter_mut().enumerate() {
        // Whatever it was credited for, the planner may use every one of them.
        let tables = scans[at].iter().map(|scan| &scan.table);
        let tables: BTreeSet<&names::Table> = tables.collect();
        let concerned = picks.iter().filter(|pick| tables.contains(&candidates[**pick].table)).copied();
        let (plan, used) = what_if.plan(at, &concerned.collect()).await?;
        statement.cost_after = Some(plan.cost());
        for pick in used {
            used_by[pick].push(at);
        }
    }
    let total_ms: f64 = report.statements.iter().map(|statement| statement.total_ms).sum();
    let mut order: Vec<usize> = picks.into_iter().collect();
    let saved = |pick: &usize| saved_ms.get(pick).copied().unwrap_or_default();
    order.sort_by(|one, other| saved(other).total_cmp(&saved(one)));
    for pick in order {
        let mut one = rules::recommendation(&candidates[pick], &report.recommendations, world);
        one.size_bytes = sizes[pick];
        one.saved_ms = Some(saved(&pick));
        one.saved_share = (total_ms > 0.0).then(|| saved(&pick) / total_ms);
        one.used_by = std::mem::take(&mut used_by[pick]);
        report.recommendations.push(one);
    }
    Ok(())
}

fn problem(
    candidates: &[Candidate],
    sizes: &[Option<i64>],
    scans: &[Vec<Scan>],
    world: World<'_>,
    statements: &[Statement],
) -> Problem {
    let is_possible = |at: &usize| sizes.get(*at).copied().flatten().is_some();
    let weighed = |(scans, statement): (&Vec<Scan>, &Statement)| Weighed {
        total_ms: statement.total_ms,
        concerned: (0..candidates.len())
            .filter(is_possible)
            .filter(|at| scans.iter().any(|scan| candidates[*at].may_serve(scan)))
            .collect(),
    };
    let charge = |(candidate, size): (&Candidate, &Option<i64>)| {
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let gigabytes = size.unwrap_or_default() as f64 / 1e9;
        rules::write_ms(candidate, world) + gigabytes * f64::from(world.config.gigabyte_ms)
    };
    Problem {
        statements: scans.iter().zip(statements).map(weighed).collect(),
        charges: candidates.iter().zip(sizes).map(charge).collect(),
        least_saving: world.config.least_saving(),
        most: world.config.recommendations as usize,
        most_questions: world.config.plans as usize,
    }
}

async fn reads(catalog: &Catalog, replicas: &[&Session]) -> Result<Vec<Reads>, AdviseError> {
    let mut servers = vec![Reads { indexes: catalog.indexes.clone(), counted: catalog.counted }];
    for replica in replicas {
        let (indexes, counted) = (catalog::indexes(replica).await?, catalog::counted(replica).await?);
        servers.push(Reads { indexes, counted });
    }
    Ok(servers)
}
