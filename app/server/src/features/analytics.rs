//! What many activities say together: the trend of efficiency, and fitness, fatigue and form from load.
//!
//! What lives here: which activities count and how the parts of an answer come together. What a trend means
//! is decided in one place, `judgement`.
//! What must never live here: formulas (`paceline-domain`), and words that claim a cause.

use jiff::Timestamp;
use mainstay_db::Client;
use mainstay_http::{OrProblem, Problem};
use utoipa_axum::router::OpenApiRouter;

use crate::features::accounts::Principal;
use crate::features::activities::DayWindow;
use crate::state::App;

mod efficiency;
mod fitness;
mod judgement;
mod routes;
mod store;
mod views;
mod weeks;

/// The routes of this feature.
pub fn router() -> OpenApiRouter<App> {
    routes::router()
}

/// The most rows that one answer reads: five activities a day over the longest window, and the newest win.
const MAX_ROWS: i64 = 10_000;

/// The most runs that a trend reads: as many as [`paceline_domain::analysis::trend::MAX_POINTS`].
const MAX_RUNS: i64 = 2_000;

/// Before the first day shown, so that its longest rolling mean is whole.
const ROLLING_LEAD_DAYS: u32 = 119;

/// Before the first day shown, so that fitness has forgotten how it began: after 730 days, e⁻¹⁷ of it is left.
const FITNESS_LEAD_DAYS: u32 = 730;

/// Which parts of the efficiency answer to give.
#[derive(Debug, Clone, Copy, Default)]
struct Include {
    stability: bool,
    load_response: bool,
    annotations: bool,
}

/// The trend of efficiency over the last civil days: one statement, a second one for the load response, whatever the
/// number of activities. Too few runs are an answer, not an error.
async fn efficiency_trends(
    read: &Client,
    principal: &Principal,
    now: Timestamp,
    days: u32,
    include: Include,
) -> Result<views::EfficiencyTrends, Problem> {
    let zone = &principal.timezone;
    let window = DayWindow::last_days(now, zone, days);
    let lead = window.reaching_back(ROLLING_LEAD_DAYS, zone);
    let runs = store::efficiency_runs(read, principal.athlete_id, lead, MAX_RUNS, zone).await?;
    let weeks = if include.load_response {
        let loads = store::load_points(read, principal.athlete_id, window, MAX_ROWS, zone).await?;
        Some(weeks::load_response(&loads, &runs, window))
    } else {
        None
    };
    efficiency::assemble(&runs, window, include, weeks).internal()
}

/// Fitness, fatigue and form at the end of today.
async fn current_load(
    read: &Client,
    principal: &Principal,
    now: Timestamp,
) -> Result<views::CurrentLoad, Problem> {
    let window = DayWindow::last_days(now, &principal.timezone, fitness::SOURCE_DAYS);
    let points = load_points(read, principal, window).await?;
    fitness::current(&points, window).internal()
}

/// Fitness, fatigue and form of each of the last civil days.
async fn load_history(
    read: &Client,
    principal: &Principal,
    now: Timestamp,
    days: u32,
) -> Result<views::LoadHistory, Problem> {
    let window = DayWindow::last_days(now, &principal.timezone, days);
    let points = load_points(read, principal, window).await?;
    fitness::history(&points, window).internal()
}

async fn load_points(
    read: &Client,
    principal: &Principal,
    window: DayWindow,
) -> Result<Vec<store::LoadPoint>, Problem> {
    let zone = &principal.timezone;
    let lead = window.reaching_back(FITNESS_LEAD_DAYS, zone);
    Ok(store::load_points(read, principal.athlete_id, lead, MAX_ROWS, zone).await?)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_trend_takes_as_many_runs_as_are_read() {
        assert_eq!(usize::try_from(super::MAX_RUNS).unwrap(), paceline_domain::analysis::trend::MAX_POINTS);
    }
}
