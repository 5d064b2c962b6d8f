//! The real binary as a process: started, heard, sent signals. Never here: what a test expects of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Output, Stdio};

use mainstay_testing::TestDb;
use serde_json::{Value, json};

use crate::world::{PATIENCE, SECRET};

/// What is sent to a process.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Signal {
    Interrupt,
    Terminate,
    Kill,
}

/// A running `paceline up`, killed when dropped.
pub(crate) struct Paceline {
    child: Child,
    stdout: BufReader<ChildStdout>,
    log: Option<BufReader<ChildStderr>>,
}

/// The binary with nothing of the test's own environment but what lets it find PostgreSQL.
pub(crate) fn binary(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_paceline"));
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").current_dir(folder);
    // Cheap hashes and no simulated season: a start in seconds.
    command.env("PACELINE_HTTP__PASSWORDS__MEMORY_KIB", "64").env("PACELINE_HTTP__PASSWORDS__PASSES", "1");
    command.env("PACELINE_DEMO__SEASON", "false");
    command
}

/// The same on this database.
pub(crate) fn on(db: &TestDb) -> Command {
    let mut command = binary(Path::new("/"));
    command.env("DATABASE_URL", db.target().url().expose()).env("PACELINE_AUTH__TOKEN_SECRET", SECRET);
    command
}

/// Exit code, standard output and standard error.
pub(crate) fn said(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// Runs a command that reads this line from its standard input.
pub(crate) fn fed(command: &mut Command, line: &str) -> Output {
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{line}").unwrap();
    child.wait_with_output().unwrap()
}

impl Paceline {
    /// `paceline up` on this database, on a free port.
    pub(crate) fn up(db: &TestDb) -> Self {
        Self::start(on(db).args(["up", "--listen", "127.0.0.1:0"]).stderr(Stdio::null()))
    }

    /// The same with an environment and a standard error of the test's choice.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let log = child.stderr.take().map(BufReader::new);
        Self { child, stdout, log }
    }

    /// Reads its log until a line contains these words.
    pub(crate) fn says(&mut self, words: &str) {
        // Kept open: who writes to a closed log dies of that.
        let log = self.log.as_mut().expect("its standard error is a pipe");
        assert!(log.lines().any(|line| line.unwrap().contains(words)), "it never said: {words}");
    }

    /// The address, and what was printed before it.
    pub(crate) fn ready(&mut self) -> (String, String) {
        let mut printed = String::new();
        loop {
            let mut line = String::new();
            let read = self.stdout.read_line(&mut line).unwrap();
            assert!(read > 0, "it ended before it was ready: {printed}");
            let ready = ["Paceline is ready at ", "Paceline does jobs; probes and metrics are at "];
            match ready.into_iter().find_map(|words| line.trim_end().strip_prefix(words)) {
                Some(base) => return (base.to_owned(), printed),
                None => printed.push_str(&line),
            }
        }
    }

    pub(crate) fn send(&self, signal: Signal) {
        let name = match signal {
            Signal::Interrupt => "-INT",
            Signal::Terminate => "-TERM",
            Signal::Kill => "-KILL",
        };
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// What was printed and not yet read, once it has ended.
    pub(crate) fn printed(&mut self) -> String {
        let mut text = String::new();
        self.stdout.read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Paceline {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The answer to a sign-in at this address, which must work.
pub(crate) async fn login(base: &str, email: &str, password: &str) -> Value {
    let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
    let body = json!({ "email": email, "password": password });
    let answer = http.post(format!("{base}/v1/auth/login")).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{email}");
    answer.json().await.unwrap()
}
