//! The first start: an administrator, a demo athlete with sample files, and their sign-ins, printed once.
//! Never here: how accounts and imports work.

use jiff::tz::TimeZone;
use mainstay_http::auth::passwords::NewPassword;
use tokio::sync::mpsc;

use crate::features::accounts::{self, Email, Registration, Role};
use crate::features::uploads::archive::{Hints, Member};
use crate::features::uploads::batch;
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

/// Makes the two accounts when nobody has one, and prints how to sign in. They are not shown again.
#[expect(clippy::print_stdout, reason = "the sign-ins are shown here and nowhere else")]
pub(super) async fn welcome(app: &App) -> anyhow::Result<()> {
    if accounts::any(app).await? {
        return Ok(());
    }
    let demo_password = password(app);
    let demo = Registration {
        email: Email::parse("demo@paceline.example")?,
        password: NewPassword::parse(demo_password.clone())?,
        display_name: "Demo athlete".to_owned(),
        timezone: TimeZone::get("Europe/Amsterdam").unwrap_or(TimeZone::UTC),
        role: Role::Athlete,
        is_demo: true,
    };
    let demo_id = accounts::create(app, demo).await?;
    let (sender, members) = mpsc::channel(SAMPLES.len());
    for (name, bytes) in SAMPLES {
        let member =
            Member { name: (*name).to_owned(), content: Ok(bytes.to_vec()), hints: Hints::default() };
        // The channel holds them all.
        let _ = sender.try_send(member);
    }
    drop(sender);
    batch::import_members(app, demo_id, "demo", members, &mut |_| {}).await?;
    // Last: while there is no administrator, an interrupted first start is not finished.
    let admin_password = password(app);
    let admin = Registration {
        email: Email::parse("admin@paceline.example")?,
        password: NewPassword::parse(admin_password.clone())?,
        display_name: "Administrator".to_owned(),
        timezone: TimeZone::UTC,
        role: Role::Admin,
        is_demo: false,
    };
    accounts::create(app, admin).await?;
    println!("First start. Sign in with one of these; they are not shown again:");
    println!("  administrator  admin@paceline.example  {admin_password}");
    println!("  demo athlete   demo@paceline.example   {demo_password}   (sample training files)");
    Ok(())
}

/// Twenty letters and digits that are hard to mistake for one another: 98 bits.
fn password(app: &App) -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let letter =
        |_| char::from(LETTERS[usize::try_from(app.effects.random.below(LETTERS.len() as u64)).unwrap_or(0)]);
    (0..20).map(letter).collect()
}
