//! The web application that is compiled into the binary. Never here: its source (`web/`), how files are served
//! (`mainstay_http::assets`).

use mainstay_http::assets::{Asset, Assets};

include!(concat!(env!("OUT_DIR"), "/web_files.rs"));

/// The page that SvelteKit's static adapter makes for every address.
const INDEX: &str = "/index.html";

/// The application; `None` when the binary was built without it.
pub(crate) fn application() -> Option<Assets> {
    Assets::new(FILES, INDEX)
}
