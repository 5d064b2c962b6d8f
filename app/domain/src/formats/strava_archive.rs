//! `activities.csv` of Strava's bulk export: what it says of each file beside the file.
//!
//! Column names repeat (the first `Distance` is kilometres, the second metres) and columns grew over the years, so
//! columns are found by name and, where they repeat, by occurrence. Never here: unpacking the export.

use super::ReadError;

/// One row that matters here.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ActivityRow {
    /// `Filename`: the path inside the export; `None` for a manual entry.
    pub file_name: Option<String>,
    /// `Activity Name`.
    pub name: Option<String>,
    /// `Activity Type` in Strava's words.
    pub activity_type: Option<String>,
    /// `Activity Description`.
    pub description: Option<String>,
    /// `Activity Private Note`.
    pub private_note: Option<String>,
    /// `Activity Gear`.
    pub gear: Option<String>,
    /// `Perceived Exertion`, 1 to 10.
    pub rpe: Option<f64>,
}

/// Rows beyond this are not read: nobody has as many activities.
const MAX_ROWS: usize = 200_000;

/// Reads the table. Rows that are not CSV are passed over.
///
/// # Errors
/// [`ReadError::Damaged`] when it has no `Filename` column.
pub fn read_activities(table: &[u8]) -> Result<Vec<ActivityRow>, ReadError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(table);
    let headers = reader.headers().map_err(|error| ReadError::Damaged(error.to_string()))?.clone();
    let column = |name: &str| headers.iter().position(|header| header.trim_start_matches('\u{feff}') == name);
    let file_name = column("Filename")
        .ok_or_else(|| ReadError::Damaged("activities.csv has no column Filename".to_owned()))?;
    let columns = [
        column("Activity Name"),
        column("Activity Type"),
        column("Activity Description"),
        column("Activity Private Note"),
        column("Activity Gear"),
        column("Perceived Exertion"),
    ];
    let rows = reader.records().take(MAX_ROWS).filter_map(Result::ok).map(|record| {
        let cell = |at: Option<usize>| {
            at.and_then(|at| record.get(at)).map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned)
        };
        let [name, activity_type, description, private_note, gear, rpe] = columns.map(cell);
        ActivityRow {
            file_name: cell(Some(file_name)),
            name,
            activity_type,
            description,
            private_note,
            gear,
            rpe: rpe.and_then(|rpe| rpe.parse().ok()).filter(|rpe| (1.0..=10.0).contains(rpe)),
        }
    });
    Ok(rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name_and_empty_cells_are_absent() {
        let table = "Activity ID,Activity Name,Filename,Distance,Distance,Perceived Exertion\n\
                     1,\"Hills, long\",activities/1.gpx,5.0,5000,6\n2,Manual,,1,1000,\n3,Odd,x.fit,1,1000,99\n";
        let rows = read_activities(table.as_bytes()).unwrap();
        assert_eq!((rows[0].name.as_deref(), rows[0].rpe), (Some("Hills, long"), Some(6.0)));
        assert_eq!(rows[1].file_name, None);
        assert_eq!(rows[2].rpe, None);
    }

    #[test]
    fn another_table_is_refused() {
        assert_eq!(read_activities(b"a,b\n1,2\n").unwrap_err().code(), "damaged");
    }
}
