//! The sport of a session, and the physical limits that go with it.

use serde::{Deserialize, Serialize};

/// The sport of a session. The wire name is the snake-case variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sport {
    /// Running on road, trail, track or treadmill.
    Run,
    /// Cycling of any kind, indoor and out.
    Cycling,
    /// Walking.
    Walking,
    /// Hiking.
    Hiking,
    /// Swimming, pool or open water.
    Swimming,
    /// Rowing, on water or machine.
    Rowing,
    /// Strength training.
    Strength,
    /// Yoga, stretching, mobility.
    Flexibility,
    /// The change between two legs of a multisport event.
    Transition,
    /// The parent of a multisport event, whose children are its legs.
    Multisport,
    /// Anything else.
    Other,
}

impl Sport {
    /// Every sport, in display order.
    pub const ALL: [Self; 11] = [
        Self::Run,
        Self::Cycling,
        Self::Walking,
        Self::Hiking,
        Self::Swimming,
        Self::Rowing,
        Self::Strength,
        Self::Flexibility,
        Self::Transition,
        Self::Multisport,
        Self::Other,
    ];

    /// The wire and database name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Cycling => "cycling",
            Self::Walking => "walking",
            Self::Hiking => "hiking",
            Self::Swimming => "swimming",
            Self::Rowing => "rowing",
            Self::Strength => "strength",
            Self::Flexibility => "flexibility",
            Self::Transition => "transition",
            Self::Multisport => "multisport",
            Self::Other => "other",
        }
    }

    /// The sport with this wire name.
    pub fn from_wire(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sport| sport.as_str() == name)
    }

    /// The sport meant by the free text that files and exports use: `Running`, `trail_run`,
    /// `VirtualRide`, `Biking`, Strava's numeric GPX types (`1` ride, `9` run, `10` walk), ….
    /// Unknown text is [`Sport::Other`].
    pub fn from_free_text(text: &str) -> Self {
        let text = text.trim().to_ascii_lowercase().replace(['_', '-', ' '], "");
        match text.as_str() {
            "1" => return Self::Cycling,
            "4" => return Self::Hiking,
            "9" => return Self::Run,
            "10" => return Self::Walking,
            "16" => return Self::Swimming,
            "23" => return Self::Rowing,
            _ => {}
        }
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if has(&["motor"]) {
            Self::Other
        } else if has(&["transition"]) {
            Self::Transition
        } else if has(&["multisport", "triathlon", "duathlon"]) {
            Self::Multisport
        } else if has(&["run", "treadmill", "jog"]) {
            Self::Run
        } else if has(&["cycl", "bik", "ride"]) {
            Self::Cycling
        } else if has(&["walk"]) {
            Self::Walking
        } else if has(&["hik", "mountaineer"]) {
            Self::Hiking
        } else if has(&["swim"]) {
            Self::Swimming
        } else if has(&["row"]) {
            Self::Rowing
        } else if has(&["strength", "weight", "crossfit"]) {
            Self::Strength
        } else if has(&["yoga", "pilates", "stretch", "flexib", "mobility"]) {
            Self::Flexibility
        } else {
            Self::Other
        }
    }

    /// The fastest credible speed in m/s, over one sample and over ten seconds.
    ///
    /// Running: Bolt's 100 m of 2009, 12.4 m/s at its fastest and 10.44 m/s over its 9.58 s. Cycling:
    /// 36 m/s (130 km/h) on a descent.
    pub fn speed_limits_m_s(self) -> (f64, f64) {
        match self {
            Self::Run => (12.5, 10.44),
            Self::Walking | Self::Hiking => (8.0, 5.0),
            Self::Cycling => (36.0, 33.0),
            Self::Swimming => (3.0, 2.5),
            Self::Rowing => (8.0, 7.0),
            _ => (60.0, 50.0),
        }
    }

    /// Whether it is a sport on foot: what has grade-adjusted speed and efficiency.
    pub fn is_on_foot(self) -> bool {
        matches!(self, Self::Run | Self::Walking | Self::Hiking)
    }
}
