//! The files: readable without a complaint, the same every time, and like those of a person.

use std::collections::HashSet;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use paceline_demo::{Effects, Gear, RaceDistance, Season, Work, season};
use paceline_domain::analysis::profile::Profile;
use paceline_domain::analysis::summary::analyse;
use paceline_domain::formats::{Limits, read};
use paceline_domain::model::{Channel, Recording, Sport};
use sha2::{Digest, Sha256};

const LAST_DAY: Date = date(2026, 11, 21);

/// Unoptimised code looks at every so many files only; `truths` reads all steady runs, and sees that nothing is odd.
const EVERY: usize = if cfg!(debug_assertions) { 4 } else { 1 };

fn read_back(season: &Season, at: usize) -> Recording {
    let file = season.file(&season.planned[at]);
    read(&file.bytes, Some(&file.name), &Limits::default())
        .unwrap_or_else(|error| panic!("{}: {error}", file.name))
}

#[test]
fn a_season_is_eighteen_months_with_a_break_and_its_races() {
    for last_day in [LAST_DAY, date(2024, 2, 29), date(2027, 1, 3), date(2027, 1, 4)] {
        let season = season(1, last_day);
        let (planned, truths) = (&season.planned, season.truths);
        assert!((310..=370).contains(&planned.len()), "{}", planned.len());
        assert!(planned.windows(2).all(|pair| pair[0].day < pair[1].day), "one session a day, in order");
        assert!(planned.iter().all(|session| (truths.first_day..=last_day).contains(&session.day)));
        let days = last_day.duration_since(truths.first_day).as_hours() / 24 + 1;
        assert_eq!(i64::try_from(season.journal.len()).unwrap(), days);
        let in_break = || planned.iter().filter(|session| truths.is_in_break(session.day));
        assert!(in_break().count() >= 3 && in_break().all(|session| session.gear == Gear::Bike));
        let races: Vec<RaceDistance> = planned
            .iter()
            .filter_map(|session| if let Work::Race(distance) = session.work { Some(distance) } else { None })
            .collect();
        use RaceDistance::{FiveKm, Half, Marathon, TenKm};
        assert_eq!(races, [FiveKm, TenKm, Half, TenKm, FiveKm, TenKm, Half, Marathon]);
        let fast = planned.iter().filter(|session| session.gear == Gear::Fast);
        assert!(fast.clone().all(|session| session.day >= truths.shoe_since));
        assert!(fast.count() > 80);
    }
}

#[test]
fn every_file_is_read_without_a_warning() {
    let season = season(1, LAST_DAY);
    let amsterdam = TimeZone::get("Europe/Amsterdam").unwrap();
    let mut names = HashSet::new();
    for at in (0..season.planned.len()).step_by(EVERY) {
        let planned = &season.planned[at];
        let recording = read_back(&season, at);
        assert_eq!(recording.warnings, [], "{planned:?}");
        assert!(!recording.truncated);
        assert_eq!(recording.device.as_deref(), Some("development Paceline demo watch"));
        let [session] = recording.sessions.as_slice() else { panic!("{planned:?}") };
        assert_eq!(session.sport, if planned.is_run() { Sport::Run } else { Sport::Cycling });
        assert_eq!(session.local_offset, Some(amsterdam.to_offset(session.start)), "{planned:?}");
        let local = session.local_offset.unwrap().to_datetime(session.start);
        assert_eq!(local.date(), planned.day, "{planned:?}");
        assert!(session.pauses.is_some(), "the timer's events are read");
        let laps = session.laps.iter().map(|lap| lap.totals.distance_m.unwrap()).sum::<f64>();
        assert!((laps - session.totals.distance_m.unwrap()).abs() < 1.0, "{planned:?}: {laps}");
        let is_new = names.insert(season.file(planned).name);
        assert!(is_new, "{planned:?}");
    }
}

fn digest(season: &Season) -> String {
    let mut hash = Sha256::new();
    for planned in season.planned.iter().step_by(3 * EVERY) {
        let file = season.file(planned);
        hash.update(file.name.as_bytes());
        hash.update(&file.bytes);
        hash.update(format!("{:?}", file.hints).as_bytes());
    }
    hash.update(format!("{:?}", season.journal).as_bytes());
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_same_seed_and_day_give_the_same_bytes_and_others_give_others() {
    let first = digest(&season(1, LAST_DAY));
    assert_eq!(digest(&season(1, LAST_DAY)), first);
    assert_ne!(digest(&season(2, LAST_DAY)), first);
    assert_ne!(digest(&season(1, date(2026, 11, 14))), first);
    assert_ne!(digest(&Season::with(1, LAST_DAY, Effects::NONE)), first);
}

#[test]
fn a_file_depends_on_no_other() {
    let season = season(1, LAST_DAY);
    let alone = season.file(&season.planned[3]);
    assert_eq!(season.files().nth(3).unwrap(), alone);
    assert_eq!(season.files().len(), season.planned.len());
}

#[test]
fn a_week_begun_is_the_same_week_when_it_is_over() {
    let (begun, over) = (season(1, date(2026, 11, 18)), season(1, date(2026, 11, 22)));
    assert!(begun.planned.len() < over.planned.len());
    assert_eq!(begun.planned, over.planned[..begun.planned.len()]);
    let last = begun.planned.last().unwrap();
    assert_eq!(begun.file(last), over.file(last));
}

/// What a person of this kind does: paces, heart rates, steps, and races that count.
#[test]
fn sessions_are_those_of_a_person() {
    let season = season(1, LAST_DAY);
    let profile = Profile::default();
    for at in (0..season.planned.len()).step_by(2 * EVERY) {
        let planned = &season.planned[at];
        let session = read_back(&season, at).sessions.remove(0);
        let analysis = analyse(&session, &profile);
        let speed = analysis.avg_speed_m_s.unwrap();
        let hr = analysis.avg_hr_bpm.unwrap();
        let cadence = analysis.avg_cadence_per_min.unwrap();
        let (speeds, rates) = match planned.work {
            Work::Easy { .. } | Work::Long { .. } => (2.4..3.6, 125.0..163.0),
            Work::Tempo { .. } | Work::Intervals { .. } => (2.5..3.9, 135.0..168.0),
            Work::Race(RaceDistance::Marathon) => (3.4..4.2, 150.0..172.0),
            Work::Race(_) => (3.2..4.7, 160.0..188.0),
            Work::Ride { .. } => (6.0..9.5, 115.0..150.0),
        };
        assert!(speeds.contains(&speed) && rates.contains(&hr), "{planned:?}: {speed} m/s at {hr}");
        let steps = if planned.is_run() { 155.0..190.0 } else { 75.0..95.0 };
        assert!(steps.contains(&cadence), "{planned:?}: {cadence}");
        for (channel, range) in [
            (Channel::HeartRateBpm, 48.0..=192.0),
            (Channel::AltitudeM, -10.0..=60.0),
            (Channel::LatitudeDeg, 51.8..=52.6),
            (Channel::LongitudeDeg, 4.3..=5.3),
            (Channel::TemperatureC, -15.0..=40.0),
        ] {
            let values = session.track.get(channel).unwrap();
            assert!(values.iter().all(|value| range.contains(value)), "{planned:?}: {channel:?}");
        }
        assert!((analysis.ascent_m.unwrap() - analysis.descent_m.unwrap()).abs() < 60.0, "{planned:?}");
    }
}

#[test]
fn races_have_their_distance_and_times_that_fit_each_other() {
    let season = season(1, LAST_DAY);
    let mut times = Vec::new();
    for (at, planned) in season.planned.iter().enumerate() {
        let Work::Race(distance) = planned.work else { continue };
        let metres = match distance {
            RaceDistance::FiveKm => 5_000.0,
            RaceDistance::TenKm => 10_000.0,
            RaceDistance::Half => 21_097.5,
            RaceDistance::Marathon => 42_195.0,
        };
        let analysis = analyse(&read_back(&season, at).sessions[0], &Profile::default());
        let effort = analysis.best_efforts.iter().find(|effort| effort.distance_m == metres);
        times.push(effort.unwrap_or_else(|| panic!("{planned:?}")).elapsed_s / 60.0);
    }
    // 5 and 10 km and half of the first year and of the second, and the marathon.
    assert!((20.0..24.5).contains(&times[0]) && (41.0..47.0).contains(&times[1]), "{times:?}");
    assert!(times[4] < times[0] && times[5] < times[1] && times[6] < times[2], "{times:?}");
    assert!((175.0..205.0).contains(&times[7]), "{times:?}");
}

#[test]
fn mornings_are_those_of_a_person() {
    let season = season(1, LAST_DAY);
    for day in &season.journal {
        assert!((38.0..62.0).contains(&day.resting_hr_bpm), "{day:?}");
        assert!((35.0..110.0).contains(&day.hrv_ms), "{day:?}");
        assert!((4.0..=10.0).contains(&day.sleep_h) && (1..=5).contains(&day.mood), "{day:?}");
        assert!(day.weight_kg.is_none_or(|weight| (66.0..76.0).contains(&weight)), "{day:?}");
    }
    let injured = season.journal.iter().find(|day| day.date == season.truths.break_first_day).unwrap();
    assert!(injured.notes.contains("Calf"), "{injured:?}");
}
