//! Means over a trailing window of civil days. Missing days are missing, not zero.
//! Nothing here counts sessions instead of days, and nothing here asks what today is.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The windows that are offered, in days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Window {
    /// 7 days.
    #[serde(rename = "7d")]
    Days7,
    /// 30 days.
    #[serde(rename = "30d")]
    Days30,
    /// 60 days.
    #[serde(rename = "60d")]
    Days60,
    /// 90 days.
    #[serde(rename = "90d")]
    Days90,
    /// 120 days.
    #[serde(rename = "120d")]
    Days120,
}

impl Window {
    /// Every window, shortest first.
    pub const ALL: [Self; 5] = [Self::Days7, Self::Days30, Self::Days60, Self::Days90, Self::Days120];

    /// Its length in civil days, the last one included.
    pub fn days(self) -> i32 {
        match self {
            Self::Days7 => 7,
            Self::Days30 => 30,
            Self::Days60 => 60,
            Self::Days90 => 90,
            Self::Days120 => 120,
        }
    }

    /// The window of this many days, if it is offered.
    pub fn from_days(days: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|window| window.days() == days)
    }
}

/// The mean of a window that ends on a day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RollingPoint {
    /// The window's last day.
    pub date: Date,
    /// The mean of the values in the window.
    pub mean: f64,
    /// How many values that is.
    pub values: usize,
}

/// The trailing mean at each day that has a value, ascending. Input in any order, several values a day
/// count each; values that are not finite are left out. O(n log n) for the sort, O(n) for the sweep.
pub fn rolling_means(values: &[(Date, f64)], window: Window) -> Vec<RollingPoint> {
    let mut sorted: Vec<(Date, f64)> =
        values.iter().copied().filter(|(_, value)| value.is_finite()).collect();
    sorted.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    // Summing distances from one value instead of the values keeps the running sum exact for series that
    // vary little about a large mean.
    let origin = sorted.first().map_or(0.0, |first| first.1);
    let mut means = Vec::new();
    let (mut first, mut sum) = (0, 0.0);
    for (i, (date, value)) in sorted.iter().enumerate() {
        sum += value - origin;
        if sorted.get(i + 1).is_some_and(|next| next.0 == *date) {
            continue;
        }
        while days_between(sorted[first].0, *date) >= window.days() {
            sum -= sorted[first].1 - origin;
            first += 1;
        }
        let values = i + 1 - first;
        means.push(RollingPoint { date: *date, mean: origin + sum / values as f64, values });
    }
    means
}

fn days_between(earlier: Date, later: Date) -> i32 {
    later.duration_since(earlier).as_hours() as i32 / 24
}
