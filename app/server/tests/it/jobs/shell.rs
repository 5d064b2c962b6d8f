//! Jobs from a shell: `paceline jobs`.

use super::*;
use crate::process::{on, said};

impl World {
    fn shell(&self, arguments: &str) -> (i32, String, String) {
        self.shell_of(arguments.split_whitespace())
    }

    fn shell_of<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> (i32, String, String) {
        said(&on(&self.db).arg("jobs").args(arguments).output().unwrap())
    }

    /// What a command prints that must succeed.
    #[track_caller]
    fn prints(&self, arguments: &str) -> String {
        let (code, stdout, stderr) = self.shell(arguments);
        assert_eq!(code, 0, "{arguments}: {stdout}{stderr}");
        stdout
    }
}

#[tokio::test]
async fn jobs_are_looked_at_and_operated_from_a_shell() {
    let world = World::new().await;
    // A command holds the thread of the test for as long as it takes.
    world.log.allow("task.silent");
    let robin = world.athlete("UTC").await;
    for nothing in ["list", "dead", "queues", "schedule", "replay --all"] {
        assert_eq!(world.prints(nothing), "There are none.\n", "{nothing}");
    }
    world.does_what_is_told();
    let id = world.tell(Some(robin), Then::Fail).await;
    world.is_in(robin, id, "failed").await;
    for (arguments, words) in [
        ("list --state failed --kind told", ["told", "failed", "1/1", SECRET]),
        (&format!("show {id}"), [SECRET, "attempt", "ended by", &robin.id.to_string()]),
        ("dead --queue told", ["told", "attempts", "1/1", SECRET]),
        ("workers", ["told", "working", "0/4", "last heard of"]),
    ] {
        let text = world.prints(arguments);
        assert!(words.iter().all(|word| text.contains(word)), "{arguments}: {text}");
    }
    assert_eq!(world.prints("list --state running"), "There are none.\n");

    world.prints("pause told");
    assert_eq!(world.prints(&format!("retry {id}")), format!("{id} waits again\n"));
    let (code, stdout, _) = world.shell(&format!("retry {id}"));
    assert_eq!((code, stdout), (1, format!("{id} has not ended: it is queued\n")));
    let queues = world.prints("queues");
    assert!(queues.lines().nth(1).unwrap().starts_with("told   1 "), "{queues}");
    assert_eq!(world.prints(&format!("cancel {id}")), format!("{id} will not be done\n"));
    let (code, stdout, _) = world.shell(&format!("cancel {id} {}", Uuid::nil()));
    let expected =
        format!("{id} has ended already: it is cancelled\n{} is not known, or not any more\n", Uuid::nil());
    assert_eq!((code, stdout), (1, expected));
    world.prints(&format!("retry {id}"));
    world.prints("resume told");
    world.is_in(robin, id, "failed").await;
    assert_eq!(world.prints("replay --all --queue told"), format!("{id} waits again\n"));
    world.is_in(robin, id, "failed").await;
    world.close().await;
}

/// What nobody can know beforehand, set.
async fn set(world: &World, sql: &str) {
    let tx = world.db.db().write().await.unwrap();
    tx.batch_execute(sql).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn schedules_are_listed_with_their_next_times_by_their_own_clocks() {
    let world = World::new().await;
    // A command holds the thread of the test for as long as it takes.
    world.log.allow("task.silent");
    world.does_what_is_scheduled().await;
    set(
        &world,
        "update mainstay.job_cron set next_at = '2031-01-01 22:17Z' where name = 'remove expired sessions'; \
         update mainstay.job_cron set next_at = '2032-02-29 01:30Z', last_at = '2028-02-29 01:30Z' where name = 'told at night'",
    )
    .await;
    assert_eq!(
        world.prints("schedule"),
        "\
schedule                 when         zone           kind                     queue    last                      next
remove expired sessions  17 * * * *   UTC            accounts.remove_expired  default  -                         Wed 2031-01-01 22:17 UTC, Wed 2031-01-01 23:17 UTC, Thu 2031-01-02 00:17 UTC
told at night            30 2 29 2 *  Europe/Berlin  told                     told     Tue 2028-02-29 02:30 CET  Sun 2032-02-29 02:30 CET, Fri 2036-02-29 02:30 CET, Wed 2040-02-29 02:30 CET
"
    );

    let switch = |what: &str| world.shell_of([what, "--schedule", "remove expired sessions"]);
    let rests = "the schedule \"remove expired sessions\" rests until it is resumed\n";
    assert_eq!(switch("pause"), (0, rests.to_owned(), String::new()));
    set(
        &world,
        "update mainstay.job_cron set paused_at = '2030-05-06 07:08:09Z' where paused_at is not null",
    )
    .await;
    assert_eq!(
        world.prints("schedule --fires 1"),
        "\
schedule                 when         zone           kind                     queue    last                      next
remove expired sessions  17 * * * *   UTC            accounts.remove_expired  default  -                         paused since 2030-05-06 07:08:09Z
told at night            30 2 29 2 *  Europe/Berlin  told                     told     Tue 2028-02-29 02:30 CET  Sun 2032-02-29 02:30 CET
"
    );
    let goes_on = "the schedule \"remove expired sessions\" goes on\n";
    assert_eq!(switch("resume"), (0, goes_on.to_owned(), String::new()));
    assert!(!world.prints("schedule").contains("paused"));
    world.close().await;
}

#[tokio::test]
async fn what_a_shell_gets_wrong_is_told() {
    let world = World::without_importer().await;
    for (arguments, word) in [
        ("show 1", "invalid value"),
        ("show 01890000-0000-7000-8000-000000000000", "there is no job"),
        ("list --limit 201", "201"),
        ("list --state done", "scheduled, queued"),
        ("replay", "required"),
        ("replay --all 01890000-0000-7000-8000-000000000000", "cannot be used"),
        ("pause --schedule nothing", "there is no schedule"),
        ("resume --schedule nothing", "there is no schedule"),
    ] {
        let (code, _, stderr) = world.shell(arguments);
        assert!(code == 2 && stderr.contains(word), "{arguments}: {code} {stderr}");
    }
    world.close().await;
}
