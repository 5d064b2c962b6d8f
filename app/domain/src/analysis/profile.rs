//! What is known of an athlete beside the session. Never here: where it is stored.

use serde::{Deserialize, Serialize};

/// Facts about an athlete that analyses need. `None` is "not known"; what depends on it is then absent, not guessed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Heart rate at rest in beats per minute.
    pub resting_hr_bpm: Option<f64>,
    /// Highest heart rate in beats per minute.
    pub max_hr_bpm: Option<f64>,
    /// Heart rate at the lactate threshold, which can be held for about an hour.
    pub threshold_hr_bpm: Option<f64>,
    /// Speed on the flat at that threshold in metres per second.
    pub threshold_speed_m_s: Option<f64>,
    /// Power that can be held for about an hour on a bicycle, in watts (FTP; Allen & Coggan 2010).
    pub threshold_power_w: Option<f64>,
    /// Which published coefficients Banister's TRIMP uses.
    pub trimp: TrimpCoefficients,
}

/// The two published sets of TRIMP coefficients; the athlete chooses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrimpCoefficients {
    /// 0.64·e^(1.92x).
    #[default]
    Men,
    /// 0.86·e^(1.67x).
    Women,
}
