//! Filters from text, and where pages start.

use mainstay_http::pages::{PageLimits, PageParams, cursor};

use super::*;

fn parse(query: &str) -> Result<(Filter, Order), Problem> {
    let mut params = ListParams::default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap();
        match name {
            "start_date" => params.start_date = Some(value.into()),
            "end_date" => params.end_date = Some(value.into()),
            "sport" => params.sport = Some(value.into()),
            "min_distance_m" => params.min_distance_m = Some(value.parse().unwrap()),
            "max_distance_m" => params.max_distance_m = Some(value.parse().unwrap()),
            "elev_gain_min" => params.elev_gain_min = Some(value.parse().unwrap()),
            "elev_gain_max" => params.elev_gain_max = Some(value.parse().unwrap()),
            _ => panic!("{name}"),
        }
    }
    params.parse(&TimeZone::get("Europe/Berlin").unwrap())
}

fn pointers(query: &str) -> Vec<String> {
    parse(query).unwrap_err().errors().iter().map(|error| error.pointer.clone()).collect()
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn request(cursor: Option<String>, page: Option<u32>) -> PageRequest {
    PageRequest::try_new(PageParams { limit: Some(2), cursor, page }, PageLimits::default()).unwrap()
}

const DISTANCE: Order = Order { by: SortBy::DistanceM, order: SortOrder::Desc };

#[test]
fn days_are_the_athletes_and_inclusive() {
    let (filter, _) = parse("start_date=2026-03-29&end_date=2026-03-29").unwrap();
    assert_eq!(filter.since, instant("2026-03-28T23:00:00Z"));
    // The clocks go forward that day: it ends at 22:00 UTC.
    assert_eq!(filter.until, instant("2026-03-29T21:59:59.999999Z"));
}

#[test]
fn instants_are_taken_as_they_are() {
    let (filter, _) = parse("start_date=2026-03-01T06:00:00-05:00&end_date=2026-03-01T12:00:00Z").unwrap();
    assert_eq!(filter.since, instant("2026-03-01T11:00:00Z"));
    assert_eq!(filter.until, instant("2026-03-01T12:00:00Z"));
}

#[test]
fn a_leap_day_exists_in_leap_years_alone() {
    assert!(parse("start_date=2028-02-29").is_ok());
    assert_eq!(pointers("start_date=2027-02-29"), ["/start_date"]);
}

#[test]
fn every_broken_rule_is_told() {
    assert_eq!(
        pointers(
            "start_date=yesterday&end_date=9999-12-31&sport=running&min_distance_m=-1&elev_gain_max=NaN"
        ),
        ["/start_date", "/end_date", "/sport", "/min_distance_m", "/elev_gain_max"]
    );
    assert_eq!(pointers("start_date=2026-03-02&end_date=2026-03-01"), ["/end_date"]);
    assert_eq!(pointers("min_distance_m=2&max_distance_m=1"), ["/max_distance_m"]);
    assert_eq!(pointers("elev_gain_min=2&elev_gain_max=1"), ["/elev_gain_max"]);
    assert_eq!(pointers("start_date=-009999-01-01T00:00:00Z"), ["/start_date"]);
    assert_eq!(pointers("min_distance_m=inf"), ["/min_distance_m"]);
}

#[test]
fn the_default_order_uses_cursors_and_every_other_order_pages() {
    assert_eq!(page_number(&request(None, None), Order::default()).unwrap(), None);
    assert_eq!(page_number(&request(None, Some(3)), Order::default()).unwrap(), Some(3));
    assert_eq!(page_number(&request(None, None), DISTANCE).unwrap(), Some(1));
    assert_eq!(page_number(&request(None, Some(2)), DISTANCE).unwrap(), Some(2));
    let oldest_first = Order { by: SortBy::StartTime, order: SortOrder::Asc };
    assert_eq!(page_number(&request(None, None), oldest_first).unwrap(), Some(1));
    let cursor = cursor::encode(CURSOR, &(instant("2026-01-01T00:00:00Z"), Uuid::nil()));
    let problem = page_number(&request(Some(cursor), None), DISTANCE).unwrap_err();
    assert_eq!(problem.errors()[0].pointer, "/cursor");
}

#[test]
fn a_cursor_never_reaches_beyond_the_filter() {
    let (filter, _) = parse("end_date=2026-03-01T12:00:00Z").unwrap();
    let start = |time: &str| {
        let cursor = cursor::encode(CURSOR, &(instant(time), Uuid::nil()));
        keyset_start(&request(Some(cursor), None), &filter).unwrap()
    };
    assert_eq!(keyset_start(&request(None, None), &filter).unwrap(), (filter.until, Uuid::max()));
    assert_eq!(start("2027-01-01T00:00:00Z"), (filter.until, Uuid::max()));
    assert_eq!(start("2026-02-01T00:00:00Z"), (instant("2026-02-01T00:00:00Z"), Uuid::nil()));
    assert_eq!(start("-004000-01-02T02:00:00Z"), (instant("-004000-01-02T02:00:00Z"), Uuid::nil()));
    assert!(keyset_start(&request(Some("x".into()), None), &filter).is_err());
}
