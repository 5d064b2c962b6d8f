//! What an export says beside its files: Strava's `activities.csv`. Never here: finding and unpacking the table.

use std::collections::HashMap;

use paceline_domain::formats::strava_archive;
use serde::{Deserialize, Serialize};

use super::Refusal;

/// The table's name, in the export's folder.
pub(crate) const TABLE: &str = "activities.csv";

/// What an export says beside the file about the activity in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hints {
    /// Title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Description and private note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Shoe or bike.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gear: Option<String>,
    /// Rated perceived exertion, 1 to 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rpe: Option<f64>,
    /// The export's word for the sport, used where the file has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sport: Option<String>,
    /// Whether it was a race.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_race: bool,
}

/// What a table says of each file, by its path from the table's folder.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// The hints by path.
    pub(crate) by_path: HashMap<String, Hints>,
    /// What of it cannot be imported: activities without a file, or all of it.
    pub(crate) refusal: Option<Refusal>,
}

impl Table {
    /// Reads the table. One that cannot be understood says nothing but that.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let rows = match strava_archive::read_activities(bytes) {
            Ok(rows) => rows,
            Err(error) => {
                return Self { refusal: Some(Refusal::UnknownTable(error.to_string())), ..Self::default() };
            }
        };
        let (mut by_path, mut without_file) = (HashMap::new(), 0);
        for row in rows {
            match &row.file_name {
                Some(path) => {
                    by_path.insert(path.trim_start_matches("./").to_owned(), Hints::from(&row));
                }
                // A row of nothing is a stray line feed or a total.
                None if row.name.is_some() && row.activity_type.is_some() => without_file += 1,
                None => {}
            }
        }
        Self { by_path, refusal: (without_file > 0).then_some(Refusal::NoFile(without_file)) }
    }
}

impl From<&strava_archive::ActivityRow> for Hints {
    fn from(row: &strava_archive::ActivityRow) -> Self {
        let notes = [&row.description, &row.private_note];
        let notes: Vec<_> = notes.into_iter().flatten().filter_map(|note| readable(note)).collect();
        Self {
            name: row.name.as_deref().and_then(readable),
            notes: Some(notes.join("\n\n")).filter(|notes| !notes.is_empty()),
            gear: row.gear.as_deref().and_then(readable),
            rpe: row.rpe,
            sport: row.activity_type.as_deref().and_then(readable),
            // The table does not say.
            is_race: false,
        }
    }
}

/// The text without control characters, which no table of people's words means and the database refuses.
fn readable(text: &str) -> Option<String> {
    let kept = |letter: &char| !letter.is_control() || matches!(letter, '\n' | '\t');
    let text: String = text.chars().filter(kept).collect();
    (!text.trim().is_empty()).then_some(text)
}
