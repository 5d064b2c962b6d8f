//! A leg's way to its event, and an event's load. Never here: the legs' own figures.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Leg, Reason};
use crate::features::activities::figures::rounded;

/// The multisport event that an activity is a leg of.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ActivityParent)]
pub(super) struct Parent {
    id: Uuid,
    name: String,
    /// In order, the activity itself included.
    legs: Vec<LegLink>,
}

/// A leg, as its fellow legs show the way to it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ActivityLegLink)]
struct LegLink {
    id: Uuid,
    /// Its place in the event, from 0.
    leg_index: i16,
    sport: String,
    name: String,
}

/// The load of a multisport event: its legs' together.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ActivityLegsLoad)]
pub(super) struct LegsLoad {
    /// The sum of the legs' points. Null when a leg has none, the changes between sports apart: part of a sum would
    /// pass for the whole.
    #[schema(example = 212.4)]
    points: Option<f64>,
    /// Why there is no sum.
    reasons: Vec<Reason>,
}

impl LegsLoad {
    /// Of the unrounded loads; nothing of an activity without legs.
    pub(super) fn of(legs: &[Leg]) -> Option<Self> {
        let counts = |leg: &&Leg| leg.sport != "transition";
        let without: Vec<&str> = legs
            .iter()
            .filter(counts)
            .filter(|leg| leg.load_points.is_none())
            .map(|leg| leg.name.as_str())
            .collect();
        let known = legs.iter().filter_map(|leg| leg.load_points);
        match (legs, without.as_slice()) {
            ([], _) => None,
            (_, []) if legs.iter().any(|leg| leg.load_points.is_some()) => {
                Some(Self { points: rounded(known.sum::<f64>(), 1), reasons: Vec::new() })
            }
            _ => Some(Self { points: None, reasons: vec![legs_without_load(&without)] }),
        }
    }
}

fn legs_without_load(names: &[&str]) -> Reason {
    let message = if names.is_empty() {
        "No leg has a load.".to_owned()
    } else {
        format!("These legs have no load: {}.", names.join(", "))
    };
    Reason { code: "legs_without_load".to_owned(), message }
}
