//! The web application that is compiled into the binary. Never here: its source (`web/`), how files are served
//! (`mainstay_http::assets`).

use mainstay_http::assets::{Asset, Assets};

use self::config::WebConfig;

pub mod config;

include!(concat!(env!("OUT_DIR"), "/web_files.rs"));

/// The page that SvelteKit's static adapter makes for every address.
const INDEX: &str = "/index.html";

/// The application; `None` when the binary was built without it. Its pages may show images of the tiles' origin, too.
pub(crate) fn application(config: &WebConfig) -> Option<Assets> {
    let images_from = config.tiles().and_then(|tiles| tiles.origin);
    Assets::new(FILES, INDEX, images_from)
}
