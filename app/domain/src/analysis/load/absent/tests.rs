//! The reasons of sessions without a load, and that doing what they name gives one.

use super::*;
use crate::analysis::load::LoadSource;
use crate::analysis::moving::tests::session;
use crate::analysis::summary::{ActivityAnalysis, analyse};
use crate::model::{Channel, Session};

/// Twenty minutes at 3 m/s with these channels.
fn of(sport: Sport, channels: &[(Channel, f64)]) -> Session {
    let times: Vec<f64> = (0..=1200).map(f64::from).collect();
    let mut session = session(sport, times.clone(), times.iter().map(|t| t * 3.0).collect());
    for (channel, value) in channels {
        session.track.set(*channel, vec![*value; times.len()]).unwrap();
    }
    session
}

fn recorded(session: &Session, found: &ActivityAnalysis) -> Recorded {
    Recorded {
        sport: session.sport,
        has_track: !session.track.is_empty(),
        has_power: session.track.get(Channel::PowerW).is_some(),
        has_heart_rate: session.track.get(Channel::HeartRateBpm).is_some(),
        has_distance: !found.splits_km.is_empty(),
        has_ngp: found.ngp_m_s.is_some(),
        has_trimp: found.trimp.is_some(),
        has_rating: session.totals.rpe.is_some(),
    }
}

fn why(session: &Session, profile: &Profile) -> Vec<NoLoad> {
    let found = analyse(session, profile);
    assert_eq!(found.load, None);
    reasons(profile, &recorded(session, &found))
}

const HEART: (Channel, f64) = (Channel::HeartRateBpm, 150.0);
const POWER: (Channel, f64) = (Channel::PowerW, 200.0);

#[test]
fn each_source_says_what_it_lacks() {
    use NoLoad::*;
    let nobody = Profile::default();
    assert_eq!(why(&of(Sport::Run, &[]), &nobody), [NoThresholdPace, NoHeartRate, NoRating]);
    assert_eq!(why(&of(Sport::Cycling, &[]), &nobody), [NoPower, NoHeartRate, NoRating]);
    assert_eq!(
        why(&of(Sport::Cycling, &[POWER, HEART]), &nobody),
        [NoThresholdPower, NoRestingHeartRate, NoMaxHeartRate, NoThresholdHeartRate, NoRating]
    );
    assert_eq!(why(&of(Sport::Swimming, &[]), &nobody), [NoHeartRate, NoRating]);
    let range = Profile { resting_hr_bpm: Some(50.0), max_hr_bpm: Some(190.0), ..Profile::default() };
    assert_eq!(why(&of(Sport::Swimming, &[HEART]), &range), [NoThresholdHeartRate, NoRating]);
    let nothing = session(Sport::Run, Vec::new(), Vec::new());
    assert_eq!(why(&nothing, &nobody), [NoTrack, NoRating]);
}

#[test]
fn a_channel_with_a_threshold_and_no_load_covers_too_little() {
    use NoLoad::*;
    let profile = Profile {
        resting_hr_bpm: Some(50.0),
        max_hr_bpm: Some(190.0),
        threshold_hr_bpm: Some(170.0),
        threshold_power_w: Some(250.0),
        ..Profile::default()
    };
    let mut ride = of(Sport::Cycling, &[]);
    let half = |value: f64| (0..=1200).map(|i| if i < 600 { value } else { f64::NAN }).collect();
    ride.track.set(Channel::PowerW, half(200.0)).unwrap();
    ride.track.set(Channel::HeartRateBpm, half(150.0)).unwrap();
    assert_eq!(why(&ride, &profile), [LittlePower, LittleHeartRate, NoRating]);
    let still = session(Sport::Run, vec![0.0, 60.0], vec![0.0, 0.0]);
    assert_eq!(why(&still, &profile), [NoDistance, NoHeartRate, NoRating]);
}

#[test]
fn what_the_reasons_name_gives_a_load() {
    let run = of(Sport::Run, &[HEART]);
    let mut profile = Profile::default();
    let mut rated = run.clone();
    rated.totals.rpe = Some(6.0);
    assert_eq!(analyse(&rated, &profile).load.map(|load| load.source), Some(LoadSource::Rpe));
    for reason in why(&run, &profile) {
        match reason {
            NoLoad::NoRestingHeartRate => profile.resting_hr_bpm = Some(50.0),
            NoLoad::NoMaxHeartRate => profile.max_hr_bpm = Some(190.0),
            NoLoad::NoThresholdHeartRate => profile.threshold_hr_bpm = Some(170.0),
            NoLoad::NoThresholdPace | NoLoad::NoRating => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(analyse(&run, &profile).load.map(|load| load.source), Some(LoadSource::HeartRate));
    let paced = Profile { threshold_speed_m_s: Some(4.0), ..Profile::default() };
    assert_eq!(analyse(&run, &paced).load.map(|load| load.source), Some(LoadSource::Pace));
}
