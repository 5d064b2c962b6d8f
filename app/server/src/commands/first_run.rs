//! The first start: an administrator, a demo athlete with sample files, and their sign-ins, printed once.
//! Never here: how accounts and imports work.

use std::io::Write;

use anyhow::Context;
use mainstay_http::auth::passwords::NewPassword;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::MustChange;
use crate::features::accounts::founding::{self, ADMIN_EMAIL, DEMO_EMAIL, FoundingError};
use crate::features::uploads::archive::Member;
use crate::features::uploads::batch::{self, BatchError};
use crate::state::App;

/// The sample files that the demo athlete gets.
const SAMPLES: &[(&str, &[u8])] = &[
    (
        "06_marathon_polar_44laps.fit",
        include_bytes!("../../../domain/tests/fixtures/samples/06_marathon_polar_44laps.fit"),
    ),
    (
        "07_half_marathon_polar.fit",
        include_bytes!("../../../domain/tests/fixtures/samples/07_half_marathon_polar.fit"),
    ),
    (
        "08_treadmill_12km_polar.fit",
        include_bytes!("../../../domain/tests/fixtures/samples/08_treadmill_12km_polar.fit"),
    ),
    (
        "12_triathlon_fr920xt_5sessions_chained.fit",
        include_bytes!("../../../domain/tests/fixtures/samples/12_triathlon_fr920xt_5sessions_chained.fit"),
    ),
    (
        "18_run_fenix6_5k.tcx.gz",
        include_bytes!("../../../domain/tests/fixtures/samples/18_run_fenix6_5k.tcx.gz"),
    ),
    (
        "01a_ride_edge1000_5laps.fit",
        include_bytes!("../../../domain/tests/fixtures/samples/01a_ride_edge1000_5laps.fit"),
    ),
    (
        "01b_same_garmin_export.tcx",
        include_bytes!("../../../domain/tests/fixtures/samples/01b_same_garmin_export.tcx"),
    ),
];

/// Makes the accounts while there is no administrator, and prints how to sign in. Who is interrupted, however hard,
/// may start again: the sign-ins are printed before the accounts can be used (see [`founding::found`]), and samples
/// that are there already are recognised.
///
/// # Errors
/// [`MustChange`] where somebody has the administrator's address; else the failure, which the next start may not meet.
pub async fn welcome(app: &App, out: &mut (impl Write + Send)) -> anyhow::Result<()> {
    if founding::is_founded(app).await? {
        return Ok(());
    }
    let demo_id = founding::demo_athlete(app).await?;
    if let Some(demo_id) = demo_id {
        import_samples(app, demo_id).await?;
    }
    let (admin, demo) = (password(app), password(app));
    let passwords = founding::Passwords {
        admin: NewPassword::parse(admin.clone())?,
        demo: match demo_id {
            Some(demo_id) => Some((demo_id, NewPassword::parse(demo.clone())?)),
            None => None,
        },
    };
    let show = || {
        writeln!(out, "First start. Sign in with one of these; they are not shown again:")?;
        writeln!(out, "  administrator  {ADMIN_EMAIL}  {admin}")?;
        if demo_id.is_some() {
            let season =
                if app.config.demo.season { "18 months of simulated training follow" } else { "samples" };
            writeln!(out, "  demo athlete   {DEMO_EMAIL}   {demo}   ({season})")?;
        }
        out.flush()
    };
    match founding::found(app, passwords, show).await {
        Ok(_) => Ok(()),
        Err(taken @ FoundingError::AddressTaken) => Err(MustChange(taken.to_string()).into()),
        Err(error) => Err(error).context("sign-ins that were printed above do not work"),
    }
}

async fn import_samples(app: &App, demo_id: Uuid) -> Result<(), BatchError> {
    let (sender, members) = mpsc::channel(SAMPLES.len());
    for (name, bytes) in SAMPLES {
        // The channel holds them all.
        let _ = sender.try_send(Member::new(name, Ok(bytes.to_vec())));
    }
    drop(sender);
    batch::import_members(app, demo_id, "demo", members, &mut |_| {}).await.map(drop)
}

/// Twenty letters and digits that are hard to mistake for one another: 98 bits.
fn password(app: &App) -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let letter =
        |_| char::from(LETTERS[usize::try_from(app.effects.random.below(LETTERS.len() as u64)).unwrap_or(0)]);
    (0..20).map(letter).collect()
}
