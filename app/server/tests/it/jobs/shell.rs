//! Jobs from a shell: `paceline jobs`.

use super::*;
use crate::process::{on, said};

impl World {
    fn shell(&self, arguments: &str) -> (i32, String, String) {
        said(&on(&self.db).arg("jobs").args(arguments.split_whitespace()).output().unwrap())
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
    for nothing in ["list", "dead", "queues", "replay --all"] {
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
