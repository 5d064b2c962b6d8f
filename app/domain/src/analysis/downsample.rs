//! Fewer points for charts that keep their shape: largest triangle, three buckets (LTTB; Steinarsson 2013,
//! "Downsampling Time Series for Visual Representation", University of Iceland).
//!
//! What lives here: which samples to draw. What must never live here: smoothing or averaging (a drawn point
//! is always a recorded one) and any figure derived from the thinned series.

use std::ops::Range;

use crate::model::{Channel, Track};

/// The largest number of points that a chart is given.
pub const MAX_CHART_POINTS: usize = 1_000;

/// The indices of at most `max_points` of the points, ascending, first and last drawable point included.
///
/// Points with a coordinate that is not finite cannot be drawn. They are left out, but where the x distance
/// across them is larger than `break_over`, one of them is kept so that the line breaks there; breaks take
/// up a quarter of the points at most, the longest first. x must not decrease.
pub fn lttb(points: &[(f64, f64)], max_points: usize, break_over: f64) -> Vec<usize> {
    let drawable = |i: &usize| points[*i].0.is_finite() && points[*i].1.is_finite();
    let indices: Vec<usize> = (0..points.len()).filter(drawable).collect();
    let mut breaks: Vec<(f64, usize)> = indices
        .windows(2)
        .filter(|pair| pair[1] > pair[0] + 1)
        .map(|pair| (points[pair[1]].0 - points[pair[0]].0, pair[0] + 1))
        .filter(|(width, _)| *width > break_over)
        .collect();
    breaks.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    breaks.truncate(max_points / 4);

    let x: Vec<f64> = indices.iter().map(|&i| points[i].0).collect();
    let y: Vec<f64> = indices.iter().map(|&i| points[i].1).collect();
    let mut chosen: Vec<usize> =
        select(&x, &[Column::new(&y)], max_points - breaks.len()).into_iter().map(|i| indices[i]).collect();
    chosen.extend(breaks.into_iter().map(|(_, index)| index));
    chosen.sort_unstable();
    chosen
}

/// The indices of at most `max_points` samples of a track within `window`, ascending, that serve all these channels at
/// once, so that a chart with several lines and one cursor needs one set of times. The window is one of
/// [`Track::window`]; what of it lies beyond the track is left out.
///
/// As [`lttb`] over time, with the triangle areas of the channels added up, each in units of its own range.
/// A channel adds nothing at a sample where it has no value, so samples at which most channels have one win.
/// Channels that the track lacks are ignored; without any, samples are taken at even spacing.
pub fn chart_samples(
    track: &Track,
    window: Range<usize>,
    channels: &[Channel],
    max_points: usize,
) -> Vec<usize> {
    let end = window.end.min(track.len());
    let window = window.start.min(end)..end;
    let columns: Vec<Column<'_>> = channels
        .iter()
        .filter_map(|channel| track.get(*channel))
        .map(|values| Column::new(&values[window.clone()]))
        .collect();
    let chosen = select(&track.time_s()[window.clone()], &columns, max_points);
    chosen.into_iter().map(|index| window.start + index).collect()
}

/// A column and the inverse of its range.
struct Column<'a> {
    values: &'a [f64],
    scale: f64,
}

impl<'a> Column<'a> {
    fn new(values: &'a [f64]) -> Self {
        let finite = || values.iter().copied().filter(|value| value.is_finite());
        let range = finite().fold(f64::NEG_INFINITY, f64::max) - finite().fold(f64::INFINITY, f64::min);
        Self { values, scale: if range.is_finite() && range > 0.0 { 1.0 / range } else { 0.0 } }
    }

    /// The mean of the finite values in a bucket.
    fn mean(&self, bucket: &[usize; 2]) -> Option<f64> {
        let finite = self.values[bucket[0]..bucket[1]].iter().filter(|value| value.is_finite());
        let (sum, count) = finite.fold((0.0, 0u32), |(sum, count), value| (sum + value, count + 1));
        (count > 0).then(|| sum / f64::from(count))
    }
}

fn select(x: &[f64], columns: &[Column<'_>], max_points: usize) -> Vec<usize> {
    let n = x.len();
    match (n, max_points) {
        (0, _) | (_, 0) => return Vec::new(),
        (_, 1) => return vec![0],
        (_, 2) if n > 2 => return vec![0, n - 1],
        _ if n <= max_points => return (0..n).collect(),
        _ => {}
    }
    // The first and the last sample stand alone; the others fall into max_points − 2 buckets.
    let buckets = max_points - 2;
    let edge = |k: usize| 1 + k * (n - 2) / buckets;
    let mut chosen = vec![0];
    // The last value chosen of each channel; it lags behind where the channel has none.
    let mut previous: Vec<(f64, f64)> = columns.iter().map(|column| (x[0], column.values[0])).collect();
    for k in 0..buckets {
        let next = if k + 1 < buckets { [edge(k + 1), edge(k + 2)] } else { [n - 1, n] };
        let next_x = x[next[0]..next[1]].iter().sum::<f64>() / (next[1] - next[0]) as f64;
        let targets: Vec<Option<f64>> = columns.iter().map(|column| column.mean(&next)).collect();
        let area = |i: usize| -> f64 {
            let triangles = columns.iter().zip(&previous).zip(&targets);
            triangles
                .map(|((column, a), c)| triangle(*a, (x[i], column.values[i]), (next_x, *c), column.scale))
                .sum()
        };
        let middle = usize::midpoint(edge(k), edge(k + 1) - 1);
        let mut best = (area(middle), middle);
        for i in edge(k)..edge(k + 1) {
            let size = area(i);
            if size > best.0 {
                best = (size, i);
            }
        }
        chosen.push(best.1);
        for (column, last) in columns.iter().zip(&mut previous) {
            if column.values[best.1].is_finite() {
                *last = (x[best.1], column.values[best.1]);
            }
        }
    }
    chosen.push(n - 1);
    chosen
}

/// Twice the area of the triangle previous–candidate–mean of the next bucket; 0 without a candidate value.
/// Where a neighbour is missing, the candidate's height stands in for it.
fn triangle(previous: (f64, f64), candidate: (f64, f64), next: (f64, Option<f64>), scale: f64) -> f64 {
    if !candidate.1.is_finite() {
        return 0.0;
    }
    let (ax, ay) = (previous.0, if previous.1.is_finite() { previous.1 } else { candidate.1 });
    let (cx, cy) = (next.0, next.1.unwrap_or(candidate.1));
    ((ax - cx) * (candidate.1 - ay) - (ax - candidate.0) * (cy - ay)).abs() * scale
}

#[cfg(test)]
mod tests;
