//! Files from the disk, as `paceline import` takes them: names that no table can hold, exports, and a database that
//! goes away.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use paceline::features::uploads::Decision;
use paceline::features::uploads::batch::{self, BatchError, Progress};
use serde_json::Value;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::world::{Client, World};

/// A folder with these files in it.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The bytes with every occurrence of a text replaced by as many other bytes.
fn patched(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let places: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(from)).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

/// Three positions of one day.
pub(crate) fn gpx(day: u32) -> Vec<u8> {
    let point = |number: u32| {
        format!(
            r#"<trkpt lat="47.00{number}" lon="8.0"><time>2024-05-{day:02}T10:00:{number}0Z</time></trkpt>"#
        )
    };
    let points: String = (0..3).map(point).collect();
    format!(r#"<gpx version="1.1"><trk><trkseg>{points}</trkseg></trk></gpx>"#).into_bytes()
}

/// What was told of each file.
async fn import(
    world: &World,
    client: &Client,
    paths: &[&Path],
) -> (Vec<(String, Decision)>, Result<Value, BatchError>) {
    let mut told = Vec::new();
    let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    let tell = |progress| {
        if let Progress::Done { name, decision, .. } = progress {
            told.push((name.to_string(), decision));
        }
    };
    let imported = batch::import_paths(&world.app, client.id, "cli", paths, tell).await;
    let report = match imported {
        Ok(id) => Ok(client.get(&format!("/v1/uploads/{id}")).await.expect(200)),
        Err(error) => Err(error),
    };
    (told, report)
}

fn lines(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let items = report["files"]["items"].as_array().unwrap();
    items.iter().map(|line| (text(&line["file_name"]), text(&line["outcome"]))).collect()
}

#[tokio::test]
async fn names_that_no_table_can_hold_cost_nothing_but_their_oddity() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let long = format!("{}.gpx", "x".repeat(10_000));
    let days = [gpx(1), gpx(2), gpx(3), gpx(4), gpx(5)];
    let archive = zip(&[
        ("nul_.gpx", &days[0]),
        ("lin\nes.gpx", &days[1]),
        (&long, &days[2]),
        ("latin_.gpx", &days[3]),
        ("good.gpx", &days[4]),
    ]);
    let archive = patched(archive, b"nul_.gpx", b"nul\0.gpx");
    let archive = patched(archive, b"latin_.gpx", b"latin\xe9.gpx");
    let files = folder(&[("odd.zip", &archive)]);
    let (told, report) = import(&world, &client, &[files.path()]).await;
    let report = report.unwrap();
    assert_eq!((told.len(), &report["progress"]["total"]), (5, &5.into()), "{report}");
    let by_disk = lines(&report);
    let ends = ["nul.gpx", "lines.gpx", "x.gpx", "latin\u{398}.gpx", "good.gpx"];
    for ((name, outcome), end) in by_disk.iter().zip(ends) {
        assert!(name.ends_with(end) && name.chars().count() <= 300, "{name}");
        // Two files are under way at a time: they are told in the order in which they end.
        assert!(told.iter().any(|(told, _)| told.ends_with(end)), "{end}");
        // A name with a NUL is no path: nothing is read from it.
        assert_eq!(outcome, if end == "nul.gpx" { "refused" } else { "imported" }, "{name}");
    }
    let other = world.register("robin@example.org").await;
    let by_upload = lines(&other.upload_all(&[("odd.zip", &archive)]).await);
    let outcomes = |lines: &[(String, String)]| lines.iter().map(|line| line.1.clone()).collect::<Vec<_>>();
    assert_eq!(outcomes(&by_upload), outcomes(&by_disk), "both ways end alike");
    let (_, again) = import(&world, &client, &[files.path()]).await;
    assert_eq!(again.unwrap()["progress"]["duplicates"], 4);
    world.close().await;
}
