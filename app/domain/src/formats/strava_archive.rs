//! `activities.csv` of Strava's bulk export: what it says of each file beside the file.
//!
//! Column names repeat (the first `Distance` is kilometres, the second metres) and columns grew over the years, so
//! columns are found by name. An account in another language has its own names and words, but the same columns: there
//! they are found by the one that holds the paths. Never here: unpacking the export.

mod words;

use csv::StringRecord;

use super::ReadError;

/// One row that matters here.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ActivityRow {
    /// `Filename`: the path inside the export; `None` for a manual entry.
    pub file_name: Option<String>,
    /// `Activity Name`.
    pub name: Option<String>,
    /// `Activity Type` in Strava's words: in English where the word is known, else as written.
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

/// Where the columns that matter are.
struct Columns {
    file_name: usize,
    /// Of the fields of [`ActivityRow`] from `name` to `rpe`.
    others: [Option<usize>; 6],
}

impl Columns {
    /// By the names of an account in English.
    fn by_name(headers: &StringRecord) -> Option<Self> {
        let column =
            |name: &str| headers.iter().position(|header| header.trim_start_matches('\u{feff}') == name);
        let others = [
            column("Activity Name"),
            column("Activity Type"),
            column("Activity Description"),
            column("Activity Private Note"),
            column("Activity Gear"),
            column("Perceived Exertion"),
        ];
        Some(Self { file_name: column("Filename")?, others })
    }

    /// By the column that holds paths of the export. Before it always come the number, the date, the name, the type and
    /// the description, and at last the gear; the private note came between when there were twelve. The rated effort
    /// stands 31 columns behind it.
    fn by_paths(table: &[u8]) -> Option<Self> {
        const WITH_GEAR: usize = 8;
        const WITH_NOTE: usize = 12;
        const TO_EFFORT: usize = 31;
        let mut paths: Vec<usize> = Vec::new();
        for record in
            csv::ReaderBuilder::new().flexible(true).from_reader(table).into_records().take(MAX_ROWS)
        {
            for (column, cell) in record.iter().flat_map(|record| record.iter().enumerate()) {
                if is_path(cell) {
                    paths.resize(paths.len().max(column + 1), 0);
                    paths[column] += 1;
                }
            }
        }
        let file_name = (0..paths.len()).max_by_key(|&column| paths[column])?;
        let known = |column: usize| (file_name >= WITH_GEAR).then_some(column);
        let note = (file_name >= WITH_NOTE).then(|| file_name - 2);
        let gear = (file_name >= WITH_GEAR).then(|| file_name - 1);
        let others = [known(2), known(3), known(4), note, gear, known(file_name + TO_EFFORT)];
        Some(Self { file_name, others })
    }
}

/// Whether it is the path of a training file as the export lays them out.
fn is_path(cell: &str) -> bool {
    let cell = cell.trim();
    let bare = cell.strip_suffix(".gz").unwrap_or(cell);
    cell.trim_start_matches("./").starts_with("activities/")
        && [".fit", ".tcx", ".gpx"].iter().any(|end| bare.ends_with(end))
}

/// Reads the table. Rows that are not CSV are passed over.
///
/// # Errors
/// [`ReadError::Damaged`] when no column is `Filename` or holds the paths of files.
pub fn read_activities(table: &[u8]) -> Result<Vec<ActivityRow>, ReadError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(table);
    let headers = reader.headers().map_err(|error| ReadError::Damaged(error.to_string()))?;
    let columns = Columns::by_name(headers)
        .or_else(|| Columns::by_paths(table))
        .ok_or_else(|| ReadError::Damaged("no column names the files of activities".to_owned()))?;
    let rows = reader.records().take(MAX_ROWS).filter_map(Result::ok).map(|record| {
        let cell = |at: Option<usize>| {
            at.and_then(|at| record.get(at)).map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned)
        };
        let [name, activity_type, description, private_note, gear, rpe] = columns.others.map(cell);
        ActivityRow {
            file_name: cell(Some(columns.file_name)),
            name,
            activity_type: activity_type.map(words::in_english),
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

    /// A header of 13 columns and more, as a Czech account has it, and of 11 from years ago.
    #[test]
    fn tables_of_other_languages_are_read_by_their_paths() {
        let middle = ",x".repeat(30);
        let czech = format!(
            "ID aktivity,Datum aktivity,Název aktivity,Typ aktivity,Popis aktivity,Uplynulý čas,Vzdálenost,Maximální \
             tepová frekvence,Relativní úsilí,Dojíždění,Soukromá poznámka k aktivitě,Vybavení na aktivitu,Název souboru\
             {middle},Vnímané úsilí\n\
             1,6. 9. 2026,Odpoledne,Běh,Pomalu,7052,\"33,22\",140,,,tired,Bota,activities/1.fit.gz{middle},7\n\
             2,7. 9. 2026,Bazén,Plavání,,1,1,,,,,,{middle},\n"
        );
        let rows = read_activities(czech.as_bytes()).unwrap();
        let some = |text: &str| Some(text.to_owned());
        let expected = ActivityRow {
            file_name: some("activities/1.fit.gz"),
            name: some("Odpoledne"),
            activity_type: some("Run"),
            description: some("Pomalu"),
            private_note: some("tired"),
            gear: some("Bota"),
            rpe: Some(7.0),
        };
        assert_eq!(rows[0], expected);
        assert_eq!((rows[1].file_name.as_deref(), rows[1].activity_type.as_deref()), (None, Some("Swim")));

        let old = "1,2,3,4,5,6,7,8,9,10,11\n7,d,Abends,Radfahrt,,60,1,80,false,Rotes Rad,activities/7.gpx\n";
        let row = read_activities(old.as_bytes()).unwrap().remove(0);
        let said = (row.name.as_deref(), row.activity_type.as_deref(), row.gear.as_deref());
        assert_eq!(said, (Some("Abends"), Some("Ride"), Some("Rotes Rad")));
        assert_eq!((row.description, row.private_note, row.rpe), (None, None, None));
        // Too few columns to know the others by their place.
        let few = read_activities(b"a,b\nName,activities/7.gpx\n").unwrap().remove(0);
        assert_eq!(few, ActivityRow { file_name: some("activities/7.gpx"), ..ActivityRow::default() });
    }

    #[test]
    fn another_table_is_refused() {
        assert_eq!(read_activities(b"a,b\n1,2\n").unwrap_err().code(), "damaged");
    }
}
