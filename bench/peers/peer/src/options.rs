//! The command line. Never here: what is done about it.

use anyhow::{Context as _, Result, bail};

/// `--database URL --jobs N --payload BYTES --mode MODE --places N`.
#[derive(Debug, Clone)]
pub struct Options {
    pub database: String,
    pub jobs: usize,
    /// Bytes of a job's payload as JSON.
    pub payload: usize,
    pub mode: Mode,
    /// How many jobs may be done at the same time.
    pub places: usize,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Asking for jobs that nobody does.
    Enqueue,
    /// Doing jobs that were asked for before.
    Drain,
    /// Asking for jobs while they are done, to the end of the last.
    Through,
    /// From before a job is asked for to its beginning, one at a time.
    Latency,
}

impl Options {
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut options =
            Self { database: String::new(), jobs: 60_000, payload: 200, mode: Mode::Through, places: 50 };
        while let Some(name) = arguments.next() {
            let value = arguments.next().with_context(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--database" => options.database = value,
                "--jobs" => options.jobs = value.parse()?,
                "--payload" => options.payload = value.parse()?,
                "--places" => options.places = value.parse()?,
                "--mode" => options.mode = Mode::parse(&value)?,
                _ => bail!("{name}: write --database, --jobs, --payload, --places or --mode"),
            }
        }
        Ok(options)
    }
}

impl Mode {
    fn parse(word: &str) -> Result<Self> {
        let all = [Self::Enqueue, Self::Drain, Self::Through, Self::Latency];
        all.into_iter().find(|mode| mode.name() == word).with_context(|| format!("no mode is called {word}"))
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Enqueue => "enqueue",
            Self::Drain => "drain",
            Self::Through => "through",
            Self::Latency => "latency",
        }
    }
}
