//! How long a training file takes: read, analysed, and imported through the API; and an archive of 2,000.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::{Timestamp, ToSpan};
use paceline_domain::analysis::profile::Profile;
use paceline_domain::analysis::summary;
use paceline_domain::formats::{self, Limits};
use paceline_domain::streams;
use serde_json::json;
use tokio::process::Command;
use zip::write::SimpleFileOptions;

use crate::server::{self, EMAIL, Server};
use crate::{median, ms};

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../app/domain/tests/fixtures/samples");

/// File, records, and what FitTrackee 1.3.6 took for as many on a comparable machine, in milliseconds.
const FILES: [(&str, u32, f64); 3] = [
    ("02a_ride_edge1000_power_2h19.fit", 8357, 2500.0),
    ("06_marathon_polar_44laps.fit", 16337, 2800.0),
    ("11_mtb_fr645m_4h36_16547rec.fit", 16547, 2800.0),
];

const ROUNDS: usize = 9;
const ARCHIVE: u32 = 2000;

pub(crate) async fn run() -> anyhow::Result<()> {
    let mut rows = Vec::new();
    println!(
        "{:36} {:>8} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "file", "records", "read ms", "+analyse", "first", "imported", "x faster"
    );
    for (name, records, yardstick_ms) in FILES {
        let bytes = std::fs::read(Path::new(SAMPLES).join(name))?;
        let read = timed(|| drop(formats::read(&bytes, None, &Limits::default())));
        let analysed = timed(|| analyse(&bytes));
        let Imported { first, later } = import_times(name, &bytes).await?;
        let faster = yardstick_ms / ms(later);
        println!(
            "{name:36} {records:>8} {:>9} {:>9} {:>9} {:>9} {faster:>9.0}",
            ms(read),
            ms(analysed),
            ms(first),
            ms(later)
        );
        rows.push(json!({"file": name, "records": records, "read_ms": ms(read), "analysed_ms": ms(analysed),
            "first_imported_ms": ms(first), "imported_ms": ms(later), "yardstick_ms": yardstick_ms, "times_faster": faster.round()}));
    }
    let archive = archive_time().await?;
    println!(
        "archive of {ARCHIVE} files: {:.1} s, {:.0} files/s",
        archive.as_secs_f64(),
        f64::from(ARCHIVE) / archive.as_secs_f64()
    );
    let per_hour = bytes_per_hour()?;
    println!("stored samples of an hour of running (18, GPS and heart rate): {per_hour} bytes");
    println!(
        "{}",
        json!({"files": rows, "archive_files": ARCHIVE, "archive_s": archive.as_secs_f64(), "bytes_per_hour": per_hour})
    );
    Ok(())
}

fn timed(work: impl Fn()) -> Duration {
    let once = || {
        let begun = Instant::now();
        work();
        begun.elapsed()
    };
    median((0..ROUNDS).map(|_| once()).collect())
}

fn analyse(bytes: &[u8]) {
    if let Ok(recording) = formats::read(bytes, None, &Limits::default()) {
        for session in &recording.sessions {
            let _ = summary::analyse(session, &Profile::default());
            let _ = streams::encode(&session.track);
        }
    }
}

/// From the first byte of the upload to the answer that says `imported`.
struct Imported {
    /// By a server that has just started: new connections, unprepared statements, memory that was never touched.
    first: Duration,
    /// By a server that has imported it before, for other athletes.
    later: Duration,
}

/// The middle ones of three servers with `ROUNDS` athletes each.
async fn import_times(name: &str, bytes: &[u8]) -> anyhow::Result<Imported> {
    let (mut first, mut later) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let folder = server::folder()?;
        let mut server = Server::start(&folder.path().join("data")).await?;
        first.push(server.upload(name, bytes.to_vec()).await?);
        for _ in 0..ROUNDS {
            server.sign_in_another().await?;
            later.push(server.upload(name, bytes.to_vec()).await?);
        }
        server.stop().await?;
    }
    Ok(Imported { first: median(first), later: median(later) })
}

/// The time of `paceline import` on an archive of real runs on different days.
async fn archive_time() -> anyhow::Result<Duration> {
    let folder = server::folder()?;
    let archive = folder.path().join("archive.zip");
    write_archive(&archive)?;
    let data = folder.path().join("data");
    let server = Server::start(&data).await?;
    let begun = Instant::now();
    let status = Command::new(server::binary()?)
        .arg("import")
        .arg(&archive)
        .args(["--athlete", EMAIL, "--data"])
        .arg(&data)
        .status()
        .await?;
    let took = begun.elapsed();
    anyhow::ensure!(status.success(), "the import failed");
    let counted = server.get("/v1/activities?page=1&limit=1").await?;
    anyhow::ensure!(counted["pagination"]["total"] == ARCHIVE, "not all were imported: {counted}");
    server.stop().await?;
    Ok(took)
}

fn unpacked_run() -> anyhow::Result<String> {
    let packed = std::fs::read(Path::new(SAMPLES).join("18_run_fenix6_5k.tcx.gz"))?;
    Ok(String::from_utf8(formats::unpack(&packed, &Limits::default())?.into_owned())?)
}

fn write_archive(path: &Path) -> anyhow::Result<()> {
    let run = unpacked_run()?;
    let mut archive = zip::ZipWriter::new(std::fs::File::create(path)?);
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let first: Timestamp = "2012-01-01T00:00:00Z".parse()?;
    for day in 0..ARCHIVE {
        let date = |offset: u32| -> anyhow::Result<String> {
            Ok(first.checked_add((24 * i64::from(day + offset)).hours())?.strftime("%Y-%m-%dT").to_string())
        };
        let text = run.trim_start().replace("2021-01-19T", &date(0)?).replace("2021-01-20T", &date(1)?);
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(text.as_bytes())?;
        archive.start_file(format!("activities/{day}.tcx.gz"), stored)?;
        archive.write_all(&packed.finish()?)?;
    }
    archive.finish()?;
    Ok(())
}

fn bytes_per_hour() -> anyhow::Result<u64> {
    let recording = formats::read(unpacked_run()?.as_bytes(), None, &Limits::default())?;
    let track = &recording.sessions[0].track;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand bytes")]
    Ok((streams::encode(track)?.len() as f64 * 3600.0 / track.span_s()).round() as u64)
}
