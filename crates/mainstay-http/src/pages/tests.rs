//! Cursors, limits and page numbers.

use jiff::Timestamp;
use proptest::prelude::*;

use super::cursor::KeyTime;
use super::*;

fn limits() -> PageLimits {
    PageLimits::default()
}

fn request(limit: Option<u32>, cursor: Option<&str>, page: Option<u32>) -> Result<PageRequest, Problem> {
    PageRequest::try_new(PageParams { limit, cursor: cursor.map(str::to_owned), page }, limits())
}

proptest! {
    #[test]
    fn a_cursor_brings_its_key_back(seconds in -200_000_000_000_i64..250_000_000_000, id in any::<u128>()) {
        let time = Timestamp::from_second(seconds).unwrap();
        let key = (KeyTime::try_from(time).unwrap(), uuid::Uuid::from_u128(id));
        let text = cursor::encode("orders", &key);
        prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        prop_assert_eq!(cursor::decode::<(KeyTime, uuid::Uuid)>("orders", &text).unwrap(), key);
    }

    #[test]
    fn any_text_is_a_key_or_a_problem(text in "\\PC{0,80}") {
        if let Err(problem) = cursor::decode::<(KeyTime, uuid::Uuid)>("orders", &text) {
            prop_assert_eq!(problem.code(), "invalid_cursor");
        }
    }

    #[test]
    fn a_cut_cursor_is_refused(time in any::<i32>(), cut in 1_usize..20) {
        let text = cursor::encode("orders", &time);
        let cut = &text[..text.len() - cut.min(text.len())];
        prop_assert!(cursor::decode::<i32>("orders", cut).is_err());
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_overlap(total in 0_i32..400, limit in 1_u32..=100) {
        let limit = Limit::try_new(Some(limit), limits()).unwrap();
        let mut seen = Vec::new();
        let mut cursor = None;
        let mut pages = 0;
        loop {
            pages += 1;
            let position = cursor.take().map_or(Position::Start, Position::After);
            let request = PageRequest { limit, position };
            let after: Option<i32> = request.after("numbers").unwrap();
            let rows: Vec<i32> = (after.map_or(0, |last| last + 1)..total)
                .take(usize::try_from(limit.rows_to_fetch()).unwrap())
                .collect();
            let page = List::keyset("numbers", rows, limit, |row| *row);
            prop_assert!(page.items.len() <= limit.get() as usize);
            seen.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() { break; }
        }
        prop_assert_eq!(seen, (0..total).collect::<Vec<_>>());
        let total = usize::try_from(total).unwrap();
        prop_assert_eq!(pages, total.div_ceil(limit.get() as usize).max(1), "no empty page at the end");
    }

    #[test]
    fn numbered_pages_cover_the_total(total in 0_u64..10_000, limit in 1_u32..=100, beyond in 0_u32..3) {
        let limit = Limit::try_new(Some(limit), limits()).unwrap();
        let last = Pagination::new(1, limit, total).total_pages;
        prop_assert!(last * u64::from(limit.get()) >= total);
        prop_assert!(last.saturating_sub(1) * u64::from(limit.get()) < total.max(1));
        for page in [1, last.saturating_sub(1).max(1), last.max(1), last.max(1) + u64::from(beyond)] {
            let told = Pagination::new(u32::try_from(page).unwrap(), limit, total);
            prop_assert_eq!(told.has_next, page * u64::from(limit.get()) < total, "page {}", page);
            prop_assert_eq!(told.has_prev, page > 1 && total > 0);
        }
    }
}

#[test]
fn another_lists_cursor_is_refused() {
    let text = cursor::encode("goals", &1);
    assert_eq!(cursor::decode::<i32>("tasks", &text).unwrap_err().code(), "invalid_cursor");
    assert!(cursor::decode::<(KeyTime, uuid::Uuid)>("goals", &text).is_err(), "another type of key");
}

#[test]
fn a_huge_cursor_is_refused_unread() {
    let text = cursor::encode(&"x".repeat(2000), &1);
    assert!(cursor::decode::<i32>(&"x".repeat(2000), &text).is_err());
}

#[test]
fn a_cursor_with_an_instant_that_no_database_holds_is_refused() {
    let id = uuid::Uuid::nil();
    for (time, holds) in [
        ("-009999-01-02T01:59:59Z", false),
        ("-004713-12-31T00:00:00Z", false),
        ("-004711-01-01T00:00:00Z", true),
        ("9999-12-30T00:00:00Z", true),
    ] {
        let text = cursor::encode("orders", &(time, id));
        assert_eq!(cursor::decode::<(KeyTime, uuid::Uuid)>("orders", &text).is_ok(), holds, "{time}");
    }
}

#[test]
fn the_limit_has_a_default_and_a_range() {
    assert_eq!(request(None, None, None).unwrap().limit.get(), 50);
    assert_eq!(request(Some(100), None, None).unwrap().limit.get(), 100);
    for bad in [0, 101, u32::MAX] {
        let problem = request(Some(bad), None, None).unwrap_err();
        assert_eq!(problem.errors()[0].pointer, "/limit");
    }
}

#[test]
fn all_broken_rules_are_told() {
    let problem = request(Some(0), Some("abc"), Some(1)).unwrap_err();
    let pointers: Vec<_> = problem.errors().iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(pointers, ["/limit", "/page"]);
    assert_eq!(request(None, None, Some(0)).unwrap_err().errors()[0].code, "out_of_range");
    assert_eq!(request(Some(100), None, Some(1001)).unwrap_err().errors()[0].code, "out_of_range");
}

#[test]
fn a_page_number_is_an_offset() {
    let third = request(Some(20), None, Some(3)).unwrap();
    assert_eq!((third.offset(), third.page()), (40, Some(3)));
    assert_eq!(request(Some(20), None, None).unwrap().offset(), 0);
}

#[test]
fn the_envelope_on_the_wire() {
    let limit = Limit::try_new(Some(2), limits()).unwrap();
    let numbered = List::numbered(vec![1, 2], 1, limit, 3);
    insta::assert_snapshot!(serde_json::to_string(&numbered).unwrap(), @r#"{"items":[1,2],"next_cursor":null,"pagination":{"page":1,"limit":2,"total":3,"total_pages":2,"has_next":true,"has_prev":false}}"#);
    let keyset = List::keyset("n", vec![1, 2, 3], limit, |n| *n);
    insta::assert_snapshot!(serde_json::to_string(&keyset).unwrap(), @r#"{"items":[1,2],"next_cursor":"eyJ2IjoxLCJsIjoibiIsImsiOjJ9"}"#);
}
