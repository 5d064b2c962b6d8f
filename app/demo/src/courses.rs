//! Where the athlete runs and rides: fixed closed courses, invented, somewhere behind the Dutch coast.
//! Never here: who runs them, noise.

use std::f64::consts::TAU;

/// Points of a course; they lie equally far apart.
const POINTS: usize = 1024;
/// Metres of one degree of latitude.
const DEGREE_M: f64 = 111_195.0;

/// Which course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Park,
    Canal,
    Dunes,
    Polder,
    Track,
    Bike,
    Race5k,
    Race10k,
    RaceHalf,
    RaceMarathon,
}

/// A wave around the course: how many, how large, where it begins.
type Wave = (f64, f64, f64);

struct Plan {
    place: Place,
    /// Latitude and longitude in degrees.
    centre: (f64, f64),
    length_m: f64,
    /// What makes it no circle, as parts of its radius.
    bends: &'static [Wave],
    /// What makes it no plane, in metres.
    hills: &'static [Wave],
}

/// Race courses are measured a little long, as the rules want them.
const PLANS: [Plan; 10] = [
    Plan {
        place: Place::Park,
        centre: (52.381, 4.603),
        length_m: 3_260.0,
        bends: &[(2.0, 0.32, 0.4), (3.0, 0.11, 1.9), (7.0, 0.03, 0.2)],
        hills: &[(1.0, 1.5, 0.0), (3.0, 0.8, 1.0)],
    },
    Plan {
        place: Place::Canal,
        centre: (52.372, 4.652),
        length_m: 7_840.0,
        bends: &[(2.0, 0.45, 2.6), (4.0, 0.08, 0.7), (9.0, 0.02, 0.0)],
        hills: &[(1.0, 1.0, 0.5), (6.0, 0.9, 0.0)],
    },
    Plan {
        place: Place::Dunes,
        centre: (52.405, 4.575),
        length_m: 11_420.0,
        bends: &[(2.0, 0.22, 1.2), (3.0, 0.18, 0.3), (5.0, 0.09, 2.0), (11.0, 0.03, 0.5)],
        hills: &[(2.0, 7.0, 0.3), (5.0, 8.0, 1.1), (11.0, 3.5, 0.0)],
    },
    Plan {
        place: Place::Polder,
        centre: (52.345, 4.690),
        length_m: 18_100.0,
        bends: &[(2.0, 0.38, 0.9), (4.0, 0.12, 2.2), (6.0, 0.04, 1.0)],
        hills: &[(1.0, 1.5, 0.0), (9.0, 1.2, 0.4)],
    },
    Plan {
        place: Place::Track,
        centre: (52.3905, 4.6305),
        length_m: 400.0,
        bends: &[(2.0, 0.25, 0.0)],
        hills: &[],
    },
    Plan {
        place: Place::Bike,
        centre: (52.440, 4.720),
        length_m: 46_300.0,
        bends: &[(2.0, 0.25, 0.2), (3.0, 0.16, 2.9), (8.0, 0.04, 0.0)],
        hills: &[(2.0, 4.0, 0.0), (14.0, 2.5, 0.0)],
    },
    Plan {
        place: Place::Race5k,
        centre: (52.160, 4.497),
        length_m: 5_025.0,
        bends: &[(2.0, 0.3, 0.0), (3.0, 0.1, 0.0)],
        hills: &[(2.0, 1.5, 0.0)],
    },
    Plan {
        place: Place::Race10k,
        centre: (52.090, 5.121),
        length_m: 10_050.0,
        bends: &[(2.0, 0.2, 0.8), (5.0, 0.09, 0.0)],
        hills: &[(2.0, 2.0, 0.0), (7.0, 1.0, 0.6)],
    },
    Plan {
        place: Place::RaceHalf,
        centre: (52.373, 4.895),
        length_m: 21_200.0,
        bends: &[(2.0, 0.28, 1.5), (3.0, 0.12, 0.1), (7.0, 0.05, 0.0)],
        hills: &[(3.0, 2.5, 0.0), (13.0, 1.0, 0.0)],
    },
    Plan {
        place: Place::RaceMarathon,
        centre: (51.922, 4.479),
        length_m: 42_400.0,
        bends: &[(2.0, 0.24, 0.5), (3.0, 0.2, 1.4), (5.0, 0.08, 0.0), (12.0, 0.03, 0.9)],
        hills: &[(3.0, 3.0, 0.0), (17.0, 1.5, 0.0)],
    },
];

/// A point of a course.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    pub(crate) latitude_deg: f64,
    pub(crate) longitude_deg: f64,
    pub(crate) altitude_m: f64,
    /// Metres of height for each metre of way.
    pub(crate) grade: f64,
}

/// A closed course.
struct Course {
    place: Place,
    length_m: f64,
    /// Latitude and longitude in degrees, equally far apart, the last one the first again.
    positions: Vec<(f64, f64)>,
    hills: &'static [Wave],
}

/// Every course.
pub(crate) struct Courses(Vec<Course>);

impl Courses {
    pub(crate) fn new() -> Self {
        Self(PLANS.iter().map(Course::new).collect())
    }

    /// The point after so many metres from the start, on whichever lap.
    pub(crate) fn at(&self, place: Place, along_m: f64) -> Point {
        let course = self.0.iter().find(|course| course.place == place).unwrap_or(&self.0[0]);
        course.at(along_m)
    }
}

impl Course {
    fn new(plan: &Plan) -> Self {
        let radius = |angle: f64| {
            1.0 + plan.bends.iter().map(|&(k, part, at)| part * (k * angle + at).cos()).sum::<f64>()
        };
        let corners: Vec<(f64, f64)> = (0..=POINTS)
            .map(|i| {
                let angle = TAU * i as f64 / POINTS as f64;
                (radius(angle) * angle.cos(), radius(angle) * angle.sin())
            })
            .collect();
        let mut along = vec![0.0];
        for pair in corners.windows(2) {
            along.push(along[along.len() - 1] + (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1));
        }
        let whole = along[POINTS];
        let scale = plan.length_m / whole / DEGREE_M;
        let east = plan.centre.0.to_radians().cos();
        let mut corner = 0;
        let positions = (0..=POINTS)
            .map(|i| {
                let target = whole * i as f64 / POINTS as f64;
                while corner + 2 < along.len() && along[corner + 1] < target {
                    corner += 1;
                }
                let part = (target - along[corner]) / (along[corner + 1] - along[corner]);
                let (from, to) = (corners[corner], corners[corner + 1]);
                let (x, y) = (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
                (plan.centre.0 + y * scale, plan.centre.1 + x * scale / east)
            })
            .collect();
        Self { place: plan.place, length_m: plan.length_m, positions, hills: plan.hills }
    }

    fn at(&self, along_m: f64) -> Point {
        let part = (along_m / self.length_m).rem_euclid(1.0);
        let step = part * POINTS as f64;
        let first = (step as usize).min(POINTS - 1);
        let rest = step - first as f64;
        let (from, to) = (self.positions[first], self.positions[first + 1]);
        let (mut altitude_m, mut grade) = (8.0, 0.0);
        for &(k, metres, at) in self.hills {
            let angle = TAU * k * part + at;
            altitude_m += metres * (1.0 + angle.sin());
            grade += metres * TAU * k / self.length_m * angle.cos();
        }
        Point {
            latitude_deg: from.0 + (to.0 - from.0) * rest,
            longitude_deg: from.1 + (to.1 - from.1) * rest,
            altitude_m,
            grade,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn courses_are_closed_and_as_long_as_they_say() {
        let courses = Courses::new();
        for plan in &PLANS {
            let steps = 2000;
            let at = |i: i32| courses.at(plan.place, plan.length_m * f64::from(i) / f64::from(steps));
            let east = plan.centre.0.to_radians().cos();
            let metres: f64 = (0..steps)
                .map(|i| {
                    let (from, to) = (at(i), at(i + 1));
                    let north = to.latitude_deg - from.latitude_deg;
                    north.hypot((to.longitude_deg - from.longitude_deg) * east) * DEGREE_M
                })
                .sum();
            assert!((metres / plan.length_m - 1.0).abs() < 0.003, "{:?}: {metres}", plan.place);
            let rise: f64 = (0..steps).map(|i| at(i).grade * plan.length_m / f64::from(steps)).sum();
            assert!(rise.abs() < 0.5, "{:?} is not closed: {rise} m", plan.place);
            assert!((0..steps).all(|i| at(i).grade.abs() < 0.08), "{:?} is too steep", plan.place);
        }
    }
}
