//! What can be declared.

use serde::{Deserialize, Serialize};

use super::*;
use crate::context::Context;
use crate::job::Failure;

#[derive(Serialize, Deserialize)]
struct Tidy(String);

impl Job for Tidy {
    const NAME: &'static str = "tidy";
    type State = ();
    type Output = ();

    async fn run(self, (): (), _: Context) -> Result<(), Failure> {
        Ok(())
    }
}

fn tidy(name: &str, spec: &str) -> Schedule {
    Schedule::of(name, spec, &Tidy(String::new()))
}

#[test]
fn what_cannot_be_is_refused_with_its_name_and_the_reason() {
    let long = "x".repeat(TEXT_MOST + 1);
    let catch_up = |most| tidy("nightly", "0 3 * * *").misfire(Misfire::CatchUp { most });
    for (schedule, told) in [
        (
            tidy("nightly", "0 25 * * *"),
            "the schedule \"nightly\" cannot be: the hour \"25\" is outside of 0 to 23",
        ),
        (
            tidy("nightly", "0 3 * *"),
            "the schedule \"nightly\" cannot be: a cron expression has five fields (minute hour day month weekday), or six with the second in front; this has 4",
        ),
        (tidy("nightly", "0 3 30 2 *"), "the schedule \"nightly\" cannot be: no day is ever like that"),
        (
            tidy("nightly", "@daily").zone("Europe/Bärlin"),
            "the schedule \"nightly\" cannot be: \"Europe/Bärlin\" is no time zone; write UTC, or one like Europe/Berlin",
        ),
        (
            tidy("", "@daily"),
            "the schedule \"\" cannot be: its name must have 1 to 200 bytes and no control characters",
        ),
        (
            tidy("a\0b", "@daily"),
            "the schedule \"a\\0b\" cannot be: its name must have 1 to 200 bytes and no control characters",
        ),
        (
            tidy("nightly", &long),
            "the schedule \"nightly\" cannot be: its expression must have 1 to 200 bytes and no control characters",
        ),
        (catch_up(0), "the schedule \"nightly\" cannot be: it must catch up with 1 to 1000 times at once"),
        (
            catch_up(1_001),
            "the schedule \"nightly\" cannot be: it must catch up with 1 to 1000 times at once",
        ),
        (
            Schedule::of("nightly", "@daily", &Tidy("\0".to_owned())),
            "the schedule \"nightly\" cannot be: its job cannot be written: a text in it has a NUL, which PostgreSQL cannot hold",
        ),
    ] {
        assert_eq!(Schedules::new().with(schedule).unwrap_err().to_string(), told);
    }
    assert_eq!(Schedules::new().with(tidy(&long, "@daily")).unwrap_err().name.len(), TEXT_MOST);
    let twice = Schedules::new().with(tidy("nightly", "@daily")).unwrap().with(tidy("nightly", "@hourly"));
    assert_eq!(twice.unwrap_err().why, WhyNot::Twice);
}

#[test]
fn a_policy_is_what_its_row_says() {
    for policy in [Misfire::Skip, Misfire::Coalesce, Misfire::CatchUp { most: 7 }] {
        let (name, most) = columns_of(policy);
        assert_eq!(misfire_of(name, most), policy);
    }
    assert_eq!(misfire_of("of another version", None), Misfire::Coalesce);
    assert_eq!(misfire_of("catch_up", Some(i32::MAX)), Misfire::CatchUp { most: CATCH_UP_MOST });
}
