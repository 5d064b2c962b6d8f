//! The files that are handed in: an easy run a day, each another one, in one archive. Never here: what becomes of them.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use anyhow::Result;
use jiff::{SignedDuration, Timestamp, ToSpan};
use mainstay_runtime::Random;
use zip::write::{SimpleFileOptions, ZipWriter};

/// The last run; the others are of the days before.
const LAST: &str = "2026-06-15T06:00:00Z";

/// Positions of a run, five seconds apart.
const POINTS: u64 = 240;

/// An archive, and when each of its runs begins.
pub(super) struct Archive {
    pub(super) bytes: Vec<u8>,
    pub(super) starts: Vec<Timestamp>,
}

impl Archive {
    /// So many runs.
    pub(super) fn of(seed: u64, files: u64) -> Result<Self> {
        let random = Random::seeded(seed);
        let last: Timestamp = LAST.parse()?;
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let mut starts = Vec::new();
        for number in 0..files {
            let hours = i64::try_from(24 * (files - 1 - number))?;
            let start = last.checked_sub(hours.hours())?
                + SignedDuration::from_secs(random.below(3_600).cast_signed());
            writer.start_file(format!("activities/{number:05}.gpx"), SimpleFileOptions::default())?;
            writer.write_all(gpx(&random, start).as_bytes())?;
            starts.push(start);
        }
        Ok(Self { bytes: writer.finish()?.into_inner(), starts })
    }
}

/// To the north at 2.5 to 3.5 m/s, with a heart rate.
fn gpx(random: &Random, start: Timestamp) -> String {
    let degrees = (12.5 + random.below(500) as f64 / 100.0) / 111_195.0;
    let mut text = String::from(
        "<gpx version=\"1.1\" creator=\"fault\" xmlns=\"http://www.topografix.com/GPX/1/1\" \
         xmlns:x=\"http://www.garmin.com/xmlschemas/TrackPointExtension/v1\"><trk><type>running</type><trkseg>",
    );
    for point in 0..POINTS {
        let time = start + SignedDuration::from_secs(5 * point.cast_signed());
        let (latitude, beats) = (47.0 + point as f64 * degrees, 130 + random.below(30));
        // A text takes everything.
        let _ = write!(
            text,
            "<trkpt lat=\"{latitude:.7}\" lon=\"8.0\"><ele>440</ele><time>{time}</time><extensions><x:TrackPointExtension>\
             <x:hr>{beats}</x:hr></x:TrackPointExtension></extensions></trkpt>"
        );
    }
    text.push_str("</trkseg></trk></gpx>");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_files_and_each_is_another_one() {
        let (one, other) = (Archive::of(1, 40).unwrap(), Archive::of(1, 40).unwrap());
        assert_eq!(one.starts, other.starts);
        assert!(one.starts.is_sorted() && one.starts.windows(2).all(|pair| pair[0] < pair[1]));
        assert_ne!(one.starts, Archive::of(2, 40).unwrap().starts);
    }
}
