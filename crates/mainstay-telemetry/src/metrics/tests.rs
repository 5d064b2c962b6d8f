//! Names, labels, bounds.

use super::*;

#[test]
fn asked_for_twice_it_is_the_same_metric() {
    let registry = Registry::new();
    registry.counter("jobs", "Jobs done.", &["queue"]).with(&["mail"]).inc();
    registry.counter("jobs", "Jobs done.", &["queue"]).with(&["mail"]).inc();
    assert!(registry.encode().contains(r#"jobs_total{queue="mail"} 2"#), "{}", registry.encode());
}

#[test]
fn label_sets_beyond_the_bound_are_counted_together() {
    let registry = Registry::new();
    let counter = registry.counter("hits", "Hits.", &["path"]);
    for path in 0..MAX_SERIES + 5 {
        counter.with(&[&path.to_string()]).inc();
    }
    let text = registry.encode();
    assert_eq!(text.lines().filter(|line| line.starts_with("hits_total{")).count(), MAX_SERIES + 1);
    assert!(text.contains(r#"hits_total{path="other"} 5"#));
    assert!(text.contains(r#"metric_label_sets_refused_total{metric="hits"} 5"#), "{text}");
}

#[test]
fn histograms_count_into_their_buckets() {
    let registry = Registry::new();
    registry.histogram("took_seconds", "Time.", &[0.1, 1.0], &[]).with(&[]).observe(0.5);
    let text = registry.encode();
    assert!(text.contains("took_seconds_bucket{le=\"0.1\"} 0"), "{text}");
    assert!(text.contains("took_seconds_bucket{le=\"1.0\"} 1"), "{text}");
}

#[test]
#[should_panic(expected = "is not a gauge")]
fn a_name_has_one_kind() {
    let registry = Registry::new();
    let _ = registry.counter("level", "Level.", &[]);
    let _ = registry.gauge("level", "Level.", &[]);
}

#[test]
fn the_list_names_every_metric() {
    let registry = Registry::new();
    let _ = registry.gauge("pool_size", "Connections.", &["lane"]);
    let listed = registry.describe();
    let all: Vec<_> = listed.iter().map(|metric| (metric.name, metric.kind, metric.labels)).collect();
    let own = ("metric_label_sets_refused", "counter", ["metric"].as_slice());
    assert_eq!(all, [own, ("pool_size", "gauge", ["lane"].as_slice())]);
}

#[test]
fn a_value_that_is_too_long_becomes_other() {
    let registry = Registry::new();
    let counter = registry.counter("hits", "Hits.", &["path", "status"]);
    counter.with(&[&"x".repeat(MAX_LABEL_BYTES), "200"]).inc();
    counter.with(&[&"x".repeat(MAX_LABEL_BYTES + 1), "200"]).inc();
    let text = registry.encode();
    assert!(text.contains(&format!(r#"path="{}","#, "x".repeat(MAX_LABEL_BYTES))), "{text}");
    assert!(text.contains(r#"hits_total{path="other",status="200"} 1"#), "{text}");
}

#[test]
#[should_panic(expected = "has other labels")]
fn a_name_has_one_set_of_labels() {
    let registry = Registry::new();
    let _ = registry.counter("hits", "Hits.", &["path"]);
    let _ = registry.counter("hits", "Hits.", &["status"]);
}

#[test]
#[should_panic(expected = "has other buckets")]
fn a_histogram_has_one_set_of_buckets() {
    let registry = Registry::new();
    let _ = registry.histogram("took_seconds", "Time.", &[1.0], &[]);
    let _ = registry.histogram("took_seconds", "Time.", &[2.0], &[]);
}

#[test]
fn names_that_a_scraper_refuses_are_refused_here() {
    for bad in ["", "Hits", "hits-total", "7hits", "hits total", "hits_total", REFUSED] {
        let asked = std::panic::catch_unwind(|| Registry::new().counter(bad, "Hits.", &[]));
        assert!(asked.is_err(), "{bad:?}");
    }
}

proptest::proptest! {
    /// No order and no number of values makes more series than the bound and one, and nothing goes uncounted.
    #[test]
    fn cardinality_is_bounded_and_nothing_is_lost(
        values in proptest::collection::vec(("[a-d]{0,3}", "[0-9]{1,2}"), 0..200),
        max in 0_usize..20,
    ) {
        let registry = Registry::with_max_series(max);
        let counter = registry.counter("hits", "Hits.", &["path", "status"]);
        for (path, status) in &values {
            counter.with(&[path, status]).inc();
        }
        let text = registry.encode();
        let counts: Vec<usize> = text
            .lines()
            .filter(|line| line.starts_with("hits_total{"))
            .map(|line| line.rsplit(' ').next().unwrap().parse().unwrap())
            .collect();
        proptest::prop_assert!(counts.len() <= max + 1, "{}", text);
        proptest::prop_assert_eq!(counts.iter().sum::<usize>(), values.len());
    }
}

#[test]
fn a_help_text_ends_with_one_full_stop_whether_it_was_written_or_not() {
    let registry = Registry::new();
    registry.counter("hits", "Hits.", &[]).with(&[]).inc();
    registry.gauge("level", "Level", &[]).with(&[]).set(1);
    let text = registry.encode();
    for line in ["# HELP hits Hits.\n", "# HELP level Level.\n"] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}
