//! What everybody may know of the installation, signed in or not: its version, whether it takes new accounts, which map
//! its pages show. Never here: anything of an athlete, or of the machine.

use axum::extract::State;
use mainstay_http::Json;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::accounts;
use crate::state::App;

/// What the installation is.
#[derive(Debug, Serialize, ToSchema)]
struct About {
    /// The version of Paceline.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// Whether somebody may register over the API.
    registration: RegistrationState,
    /// The map under the tracks; null where there is none.
    tiles: Option<MapTiles>,
}

/// Whether somebody may register over the API.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RegistrationState {
    /// Whoever reaches the address may.
    Open,
    /// Accounts come from whoever runs the installation.
    Closed,
}

/// Raster tiles in Web Mercator, 256 px wide, counted from the north-west.
#[derive(Debug, Serialize, ToSchema)]
struct MapTiles {
    /// The template of their addresses, `https://…` or a path of ours, with `{z}`, `{x}` and `{y}` once each.
    #[schema(example = "https://tiles.example.org/{z}/{x}/{y}.png")]
    url: String,
    /// Whose map it is, as text to show on it.
    #[schema(example = "© OpenStreetMap contributors")]
    attribution: String,
}

/// The routes of this feature.
pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show))
}

/// What this installation is.
#[utoipa::path(
    get, path = "/v1/about", tag = "about", security(()),
    responses((status = 200, body = About))
)]
async fn show(State(app): State<App>) -> Json<About> {
    let registration = match accounts::may_register(&app) {
        Ok(()) => RegistrationState::Open,
        Err(_) => RegistrationState::Closed,
    };
    let tiles = app
        .config
        .web
        .tiles()
        .map(|tiles| MapTiles { url: tiles.url.to_owned(), attribution: tiles.attribution.to_owned() });
    Json(About { version: env!("CARGO_PKG_VERSION"), registration, tiles })
}
