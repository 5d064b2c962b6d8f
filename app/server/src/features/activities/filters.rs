//! What a client may ask of the list: filters, order and the start of a page, from text to types.
//! Never here: SQL.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use mainstay_http::pages::cursor::KeyTime;
use mainstay_http::{FieldError, PageRequest, Problem};
use paceline_domain::model::Sport;
use serde::Deserialize;
use serde::de::IgnoredAny;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::days::start_of;

/// The name of the cursor's order.
pub(super) const CURSOR: &str = "activities:start_time";

/// The instants that a filter can name; what devices write lies far inside, and the database takes them all.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2200;
const EARLIEST: Timestamp = Timestamp::constant(-2_208_988_800, 0);
const LATEST: Timestamp = Timestamp::constant(7_289_654_400, 0);

/// The query of the list. `limit`, `cursor`, `page` and `fields` are read by their own extractors; they are
/// named here so that every other parameter can be refused as unknown.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// First civil day of the athlete (`2026-03-01`), or an instant (RFC 3339). Inclusive.
    #[param(example = "2026-03-01")]
    start_date: Option<String>,
    /// Last civil day of the athlete, or an instant. Inclusive.
    #[param(example = "2026-03-31")]
    end_date: Option<String>,
    /// One sport.
    #[param(example = "run")]
    sport: Option<String>,
    /// Races only, or everything but races.
    is_race: Option<bool>,
    /// Shortest distance in metres. Activities without a distance are left out.
    #[param(minimum = 0)]
    min_distance_m: Option<f64>,
    /// Longest distance in metres. Activities without a distance are left out.
    #[param(minimum = 0)]
    max_distance_m: Option<f64>,
    /// Least ascent in metres.
    #[param(minimum = 0)]
    elev_gain_min: Option<f64>,
    /// Most ascent in metres.
    #[param(minimum = 0)]
    elev_gain_max: Option<f64>,
    /// What to sort by; `duration_s` is moving time.
    sort_by: Option<SortBy>,
    /// Descending unless stated.
    sort_order: Option<SortOrder>,
    #[serde(rename = "limit")]
    #[param(ignore)]
    _limit: Option<IgnoredAny>,
    #[serde(rename = "cursor")]
    #[param(ignore)]
    _cursor: Option<IgnoredAny>,
    #[serde(rename = "page")]
    #[param(ignore)]
    _page: Option<IgnoredAny>,
    #[serde(rename = "fields")]
    #[param(ignore)]
    _fields: Option<IgnoredAny>,
}

/// A column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SortBy {
    /// When it began.
    #[default]
    StartTime,
    /// Distance; activities without one come last.
    DistanceM,
    /// Moving time.
    DurationS,
}

impl SortBy {
    /// The name that the statement compares with.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::StartTime => "start_time",
            Self::DistanceM => "distance_m",
            Self::DurationS => "duration_s",
        }
    }
}

/// A direction to sort in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SortOrder {
    /// Smallest or oldest first.
    Asc,
    /// Largest or newest first.
    #[default]
    Desc,
}

/// The order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Order {
    pub(super) by: SortBy,
    pub(super) order: SortOrder,
}

/// Which activities to list; `None` does not filter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Filter {
    /// Earliest start, inclusive.
    pub(super) since: Timestamp,
    /// Latest start, inclusive.
    pub(super) until: Timestamp,
    pub(super) sport: Option<Sport>,
    pub(super) is_race: Option<bool>,
    pub(super) min_distance_m: Option<f64>,
    pub(super) max_distance_m: Option<f64>,
    pub(super) min_ascent_m: Option<f64>,
    pub(super) max_ascent_m: Option<f64>,
}

impl ListParams {
    /// The filter and the order; every broken rule is reported, each with the parameter's pointer.
    pub(super) fn parse(&self, zone: &TimeZone) -> Result<(Filter, Order), Problem> {
        let mut errors = Vec::new();
        let since = date_or_instant("/start_date", self.start_date.as_deref(), |day| start_of(day, zone));
        let until = date_or_instant("/end_date", self.end_date.as_deref(), |day| end_of(day, zone));
        let filter = Filter {
            since: note(&mut errors, since).flatten().unwrap_or(EARLIEST),
            until: note(&mut errors, until).flatten().unwrap_or(LATEST),
            sport: note(&mut errors, sport(self.sport.as_deref())).flatten(),
            is_race: self.is_race,
            min_distance_m: note(&mut errors, metres("/min_distance_m", self.min_distance_m)).flatten(),
            max_distance_m: note(&mut errors, metres("/max_distance_m", self.max_distance_m)).flatten(),
            min_ascent_m: note(&mut errors, metres("/elev_gain_min", self.elev_gain_min)).flatten(),
            max_ascent_m: note(&mut errors, metres("/elev_gain_max", self.elev_gain_max)).flatten(),
        };
        if filter.since > filter.until && errors.is_empty() {
            errors.push(FieldError::new("/end_date", "contradiction", "Must not be before start_date."));
        }
        for (pointer, low, high) in [
            ("/max_distance_m", filter.min_distance_m, filter.max_distance_m),
            ("/elev_gain_max", filter.min_ascent_m, filter.max_ascent_m),
        ] {
            if low.zip(high).is_some_and(|(low, high)| low > high) {
                errors.push(FieldError::new(pointer, "contradiction", "Must not be below the minimum."));
            }
        }
        let order =
            Order { by: self.sort_by.unwrap_or_default(), order: self.sort_order.unwrap_or_default() };
        if errors.is_empty() { Ok((filter, order)) } else { Err(Problem::invalid_query(errors)) }
    }
}

/// The page number to answer with, or `None` for a keyset page. Orders without a cursor start at page 1.
pub(super) fn page_number(page: &PageRequest, order: Order) -> Result<Option<u32>, Problem> {
    if order == Order::default() {
        return Ok(page.page());
    }
    match page.after::<(KeyTime, Uuid)>(CURSOR) {
        Ok(None) => Ok(Some(page.page().unwrap_or(1))),
        _ => Err(Problem::invalid_query(vec![FieldError::new(
            "/cursor",
            "contradiction",
            "Cursors walk from the newest to the oldest; use `page` with any other order.",
        )])),
    }
}

/// Before which start and id a keyset page begins. A cursor never reaches beyond the filter, and one with an
/// impossible time reaches nothing.
pub(super) fn keyset_start(page: &PageRequest, filter: &Filter) -> Result<(Timestamp, Uuid), Problem> {
    let after = page.after::<(KeyTime, Uuid)>(CURSOR)?;
    Ok(match after.map(|(time, id)| (Timestamp::from(time), id)) {
        Some((time, id)) if time <= filter.until => (time, id),
        _ => (filter.until, Uuid::max()),
    })
}

/// The last microsecond of a day: the resolution of the database.
fn end_of(day: Date, zone: &TimeZone) -> Timestamp {
    start_of(day.saturating_add(1.day()), zone).saturating_sub(1.microsecond()).unwrap_or(Timestamp::MAX)
}

fn date_or_instant(
    pointer: &str,
    text: Option<&str>,
    of_day: impl Fn(Date) -> Timestamp,
) -> Result<Option<Timestamp>, FieldError> {
    let Some(text) = text else { return Ok(None) };
    let parsed = if text.len() == "2026-03-01".len() {
        text.parse::<Date>().ok().filter(|day| YEARS.contains(&day.year())).map(of_day)
    } else {
        text.parse::<Timestamp>().ok()
    };
    let within = parsed.filter(|instant| (EARLIEST..=LATEST).contains(instant));
    let expected = "Must be a day such as 2026-03-01 or an instant such as 2026-03-01T06:30:00Z, \
        from 1900 to 2200.";
    within.map(Some).ok_or_else(|| FieldError::new(pointer, "invalid_value", expected))
}

fn sport(text: Option<&str>) -> Result<Option<Sport>, FieldError> {
    text.map(|text| parse_sport("/sport", text)).transpose()
}

/// A sport by its wire name.
pub(super) fn parse_sport(pointer: &str, text: &str) -> Result<Sport, FieldError> {
    Sport::from_wire(text).ok_or_else(|| {
        let known: Vec<&str> = Sport::ALL.into_iter().map(Sport::as_str).collect();
        FieldError::new(pointer, "unknown_variant", format!("Must be one of {}.", known.join(", ")))
    })
}

fn metres(pointer: &str, value: Option<f64>) -> Result<Option<f64>, FieldError> {
    match value {
        Some(value) if !(value.is_finite() && value >= 0.0) => {
            Err(FieldError::new(pointer, "out_of_range", "Must be a number of at least 0."))
        }
        value => Ok(value),
    }
}

/// Keeps the error and goes on, so that all of them are told at once.
fn note<T>(errors: &mut Vec<FieldError>, result: Result<T, FieldError>) -> Option<T> {
    result.map_err(|error| errors.push(error)).ok()
}

#[cfg(test)]
mod tests;
