//! Which of the counted metres are the session's own. Never here: what nobody can cover.

use super::{super::moving, at};
use crate::model::{LONGEST_GAP_S, Session};

/// Reads as standing still what is not the session's: what was recorded after the timer was stopped for good, when the
/// watch may be in a car; what lies across breaks; and, where no timer tells, intervals of more than [`LONGEST_GAP_S`] in
/// which the mean speed is that of one who stands. `along_m` are cumulative metres, one a sample.
pub(super) fn leave_out_the_rest(session: &Session, along_m: &mut [f64]) {
    let time_s = session.track.time_s();
    let Some(last_s) = time_s.last() else { return };
    if let Some(pauses) = &session.pauses {
        if let Some(stop) = pauses.last().filter(|pause| pause.end_s >= *last_s) {
            let stop_m = at(time_s, along_m, stop.start_s);
            along_m[time_s.partition_point(|&t| t <= stop.start_s)..].fill(stop_m);
        }
        return;
    }
    let threshold_m_s = moving::threshold_m_s(session.sport).unwrap_or(0.0);
    let mut breaks = session.breaks.iter().peekable();
    let (mut before_m, mut left_out_m) = (along_m[0], 0.0);
    for i in 1..time_s.len() {
        let (seconds, step_m) = (time_s[i] - time_s[i - 1], along_m[i] - before_m);
        before_m = along_m[i];
        while breaks.next_if(|gap| gap.end_s <= time_s[i - 1]).is_some() {}
        let is_broken = breaks.peek().is_some_and(|gap| gap.start_s < time_s[i]);
        let stands = seconds > LONGEST_GAP_S && step_m <= threshold_m_s * seconds;
        if is_broken || stands {
            left_out_m += step_m;
        }
        along_m[i] -= left_out_m;
    }
}
