//! Moving time of made-up sessions.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::model::{Altimeter, CadenceUnit, Channel, DeviceTotals, Track};

pub(crate) fn session(sport: Sport, time_s: Vec<f64>, metres: Vec<f64>) -> Session {
    let mut track = Track::try_new(time_s).unwrap();
    track.set(Channel::DistanceM, metres).unwrap();
    Session {
        sport,
        sub_sport: None,
        name: None,
        notes: None,
        start: Timestamp::UNIX_EPOCH,
        local_offset: None,
        totals: DeviceTotals::default(),
        laps: Vec::new(),
        pauses: None,
        breaks: Vec::new(),
        altimeter: Altimeter::Device,
        cadence_unit: CadenceUnit::Cycles,
        track,
    }
}

fn found(session: &Session) -> Moving {
    moving(session, distance::of(session).as_ref())
}

#[test]
fn distance_in_steps_is_motion_all_the_same() {
    // 12 m every fourth second, as some watches write it.
    let metres = (0..400).map(|i| f64::from(i / 4) * 12.0).collect();
    let steps = session(Sport::Run, (0..400).map(f64::from).collect(), metres);
    assert_eq!(found(&steps).total_s, 399.0);
}

#[test]
fn pauses_of_the_timer_do_not_count() {
    let mut run = session(Sport::Run, (0..=600).map(f64::from).collect(), (0..=600).map(f64::from).collect());
    run.pauses = Some(vec![Pause { start_s: 100.5, end_s: 150.25 }, Pause { start_s: 300.0, end_s: 301.0 }]);
    let moving = found(&run);
    assert!((moving.total_s - (600.0 - 49.75 - 1.0)).abs() < 1e-9, "{}", moving.total_s);
    let at = |second: usize| moving.counted_s[second];
    assert_eq!((at(0), at(101), at(102), at(151), at(301)), (0.0, 0.5, 0.0, 0.75, 0.0));
    // A watch that records nothing while paused leaves one long interval, of which the rest counts.
    let mut sparse = session(Sport::Run, vec![0.0, 10.0, 500.0], vec![0.0, 30.0, 60.0]);
    sparse.pauses = Some(vec![Pause { start_s: 20.0, end_s: 495.0 }]);
    assert!((found(&sparse).counted_s[2] - 15.0).abs() < 1e-9);
}

#[test]
fn standing_is_not_counted() {
    // 100 s at 3 m/s, 100 s standing, 100 s at 3 m/s.
    let metres = (0..=300).map(|i| 3.0 * f64::from(i.min(100) + (i - 200).max(0))).collect();
    let run = session(Sport::Run, (0..=300).map(f64::from).collect(), metres);
    let moving = found(&run);
    // The window reaches up to 5.5 s into the stand at either end, less what the threshold of 0.5 of 3 m/s cuts.
    assert!((200.0..=211.0).contains(&moving.total_s), "{}", moving.total_s);
    assert_eq!(moving.basis, MovingBasis::Speed);
}

#[test]
fn the_timer_beats_any_guess() {
    let mut run = session(Sport::Run, vec![0.0, 10.0, 100.0, 110.0], vec![0.0, 30.0, 30.0, 60.0]);
    run.pauses = Some(vec![Pause { start_s: 15.0, end_s: 95.5 }]);
    let moving = found(&run);
    assert_eq!((moving.total_s, moving.basis), (29.5, MovingBasis::Timer));
    assert_eq!(moving.counted_s, [0.0, 10.0, 9.5, 10.0]);
    run.totals.timer_s = Some(29.0);
    assert_eq!(found(&run).total_s, 29.0);
}

#[test]
fn a_gap_of_any_length_is_motion_by_its_own_speed() {
    let gap = |metres: f64, sport| {
        session(sport, vec![0.0, 10.0, 100.0, 110.0], vec![0.0, 30.0, 30.0 + metres, 60.0 + metres])
    };
    let of = |session: &Session| (found(session).counted_s, distance::of(session).unwrap().along_m);
    assert_eq!(of(&gap(270.0, Sport::Run)), (vec![0.0, 10.0, 90.0, 10.0], vec![0.0, 30.0, 300.0, 330.0]));
    // 0.4 m/s is a run's standing; neither the time nor the way counts.
    let (left_out, metres) = (vec![0.0, 10.0, 0.0, 10.0], vec![0.0, 30.0, 30.0, 60.0]);
    assert_eq!(of(&gap(36.0, Sport::Run)), (left_out.clone(), metres.clone()));
    // 0.9 m/s is a bicycle's.
    assert_eq!(of(&gap(81.0, Sport::Run)).1, [0.0, 30.0, 111.0, 141.0]);
    assert_eq!(of(&gap(81.0, Sport::Cycling)), (left_out.clone(), metres.clone()));
    let mut broken = gap(270.0, Sport::Run);
    broken.breaks = vec![Pause { start_s: 10.0, end_s: 100.0 }];
    assert_eq!(of(&broken), (left_out, metres));
    // A timer that runs on knows better.
    let mut timed = gap(36.0, Sport::Run);
    timed.pauses = Some(Vec::new());
    assert_eq!(of(&timed), (vec![0.0, 10.0, 90.0, 10.0], vec![0.0, 30.0, 66.0, 96.0]));
}

#[test]
fn without_distance_the_timer_counts() {
    let mut yoga = session(Sport::Flexibility, vec![0.0, 10.0], vec![f64::NAN; 2]);
    assert_eq!(found(&yoga).total_s, 10.0);
    yoga.totals.timer_s = Some(9.0);
    assert_eq!((found(&yoga).total_s, found(&yoga).basis), (9.0, MovingBasis::Total));
}

proptest! {
    #[test]
    fn moving_time_never_exceeds_elapsed_and_more_speed_is_never_less_of_it(
        steps in prop::collection::vec((0.5..40.0f64, 0.0..3.0f64), 2..80)
    ) {
        let (mut times, mut metres) = (vec![0.0], vec![0.0]);
        for (seconds, speed) in &steps {
            times.push(times[times.len() - 1] + seconds);
            metres.push(metres[metres.len() - 1] + speed * seconds);
        }
        let slow = found(&session(Sport::Run, times.clone(), metres.clone()));
        let fast = found(&session(Sport::Run, times.clone(), metres.iter().map(|m| m * 1.5).collect()));
        prop_assert!(slow.total_s <= times[times.len() - 1] + 1e-9);
        prop_assert!(fast.total_s >= slow.total_s - 1e-9);
    }
}
