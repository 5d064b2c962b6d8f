//! Running cargo from inside cargo. No lane knows more about processes than this file.

use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

/// Set by the cargo that started us, about this package; a build script of a dependency that watches one of them
/// would run again on every change between `cargo xtask` and plain `cargo`.
const OUTER: [&str; 12] = [
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_PKG_AUTHORS",
    "CARGO_PKG_DESCRIPTION",
    "CARGO_PKG_HOMEPAGE",
    "CARGO_PKG_LICENSE",
    "CARGO_PKG_NAME",
    "CARGO_PKG_REPOSITORY",
    "CARGO_PKG_RUST_VERSION",
    "CARGO_PKG_VERSION",
    "CARGO_PKG_VERSION_MAJOR",
    "CARGO_PKG_VERSION_MINOR",
];

/// `cargo`, in the root of the workspace.
pub(crate) fn cargo(root: &Path) -> Command {
    program("cargo", root)
}

/// A program of the toolchain, in the root of the workspace.
pub(crate) fn program(name: &str, root: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root);
    for name in OUTER {
        command.env_remove(name);
    }
    command
}

/// Which stream of a child to read along.
#[derive(Clone, Copy)]
pub(crate) enum Stream {
    Output,
    Error,
}

/// Runs to the end, passing one stream on line by line and keeping the lines that `keep` wants.
/// The flag is whether the command succeeded.
pub(crate) fn run_reading(
    mut command: Command,
    stream: Stream,
    keep: fn(&str) -> bool,
) -> Result<(bool, Vec<String>)> {
    match stream {
        Stream::Output => command.stdout(Stdio::piped()),
        Stream::Error => command.stderr(Stdio::piped()),
    };
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command.spawn().with_context(|| format!("{program} did not start"))?;
    let pipe: Box<dyn std::io::Read> = match stream {
        Stream::Output => Box::new(child.stdout.take().context("the child has no output")?),
        Stream::Error => Box::new(child.stderr.take().context("the child has no error output")?),
    };
    let mut kept = Vec::new();
    for line in BufReader::new(pipe).split(b'\n') {
        let line = String::from_utf8_lossy(&line.context("the child's output broke off")?).into_owned();
        match stream {
            Stream::Output => println!("{line}"),
            Stream::Error => eprintln!("{line}"),
        }
        if keep(&line) {
            kept.push(strip_colours(&line));
        }
    }
    std::io::stdout().flush().context("standard output is closed")?;
    Ok((child.wait().with_context(|| format!("{program} was lost"))?.success(), kept))
}

/// Colours survive the pipe only when asked for.
pub(crate) fn colour_choice() -> &'static str {
    if std::io::stderr().is_terminal() { "--color=always" } else { "--color=never" }
}

fn strip_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut in_escape = false;
    for character in line.chars() {
        match (in_escape, character) {
            (false, '\u{1b}') => in_escape = true,
            (true, 'm') => in_escape = false,
            (false, other) => plain.push(other),
            (true, _) => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_lines_asked_for_without_their_colours() {
        let mut command = Command::new("sh");
        command.args(["-c", r"printf 'one\n\033[32mkeep\033[0m two\n'"]);
        let (succeeded, kept) = run_reading(command, Stream::Output, |line| line.contains("keep")).unwrap();
        assert!(succeeded);
        assert_eq!(kept, ["keep two"]);
    }

    #[test]
    fn a_failing_command_is_told_apart() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo gone >&2; exit 3"]);
        let (succeeded, kept) = run_reading(command, Stream::Error, |_| true).unwrap();
        assert!(!succeeded);
        assert_eq!(kept, ["gone"]);
    }
}
