//! One registry of metrics: counters, gauges and histograms with bounded label sets, in Prometheus' text form.
//! Never here: labels that a client can choose without bound.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter as RawCounter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge as RawGauge;
use prometheus_client::metrics::histogram::Histogram as RawHistogram;
use prometheus_client::registry::Registry as RawRegistry;

/// Label sets of one metric; further ones are counted under [`OTHER`].
pub const MAX_SERIES: usize = 1000;

/// The label value of what came beyond [`MAX_SERIES`].
pub const OTHER: &str = "other";

type Labels = Vec<(&'static str, String)>;

/// All metrics of a process. Clones are one registry.
#[derive(Clone, Default)]
pub struct Registry(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    raw: RawRegistry,
    metrics: BTreeMap<&'static str, Metric>,
}

#[derive(Clone)]
struct Metric {
    help: &'static str,
    labels: &'static [&'static str],
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Counter(Counter),
    Gauge(Gauge),
    Histogram(Histogram),
}

/// A metric as the documentation lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Its name; counters appear with `_total`.
    pub name: &'static str,
    /// `counter`, `gauge` or `histogram`.
    pub kind: &'static str,
    /// One sentence.
    pub help: &'static str,
    /// The names of its labels.
    pub labels: &'static [&'static str],
}

/// The label sets that a metric has seen.
#[derive(Debug, Clone)]
struct Series {
    names: &'static [&'static str],
    seen: Arc<RwLock<HashSet<Labels>>>,
}

impl Series {
    fn new(names: &'static [&'static str]) -> Self {
        Self { names, seen: Arc::default() }
    }

    /// The label set of these values, or that of everything beyond the bound.
    fn set(&self, values: &[&str]) -> Labels {
        let labelled = |value: &dyn Fn(usize) -> String| -> Labels {
            self.names.iter().enumerate().map(|(i, name)| (*name, value(i))).collect()
        };
        let wanted = labelled(&|i| values.get(i).copied().unwrap_or_default().to_owned());
        if self.seen.read().unwrap_or_else(PoisonError::into_inner).contains(&wanted) {
            return wanted;
        }
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        if seen.len() < MAX_SERIES {
            seen.insert(wanted.clone());
            wanted
        } else {
            labelled(&|_| OTHER.to_owned())
        }
    }
}

macro_rules! family {
    ($(#[$doc:meta])* $name:ident, $raw:ty) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name {
            series: Series,
            family: Family<Labels, $raw, fn() -> $raw>,
        }

        impl $name {
            /// The series with these label values, in the order in which the labels were declared. Keep it where
            /// it is used often: looking it up takes two locks.
            pub fn with(&self, values: &[&str]) -> $raw {
                self.family.get_or_create(&self.series.set(values)).clone()
            }
        }
    };
}

family!(
    /// Counts events.
    Counter, RawCounter
);
family!(
    /// Shows a level.
    Gauge, RawGauge
);

/// Observes durations or sizes.
#[derive(Clone)]
pub struct Histogram {
    series: Series,
    family: Family<Labels, RawHistogram, Buckets>,
}

#[derive(Clone)]
struct Buckets(&'static [f64]);

impl prometheus_client::metrics::family::MetricConstructor<RawHistogram> for Buckets {
    fn new_metric(&self) -> RawHistogram {
        RawHistogram::new(self.0.iter().copied())
    }
}

impl Histogram {
    /// The series with these label values, in the order in which the labels were declared.
    pub fn with(&self, values: &[&str]) -> RawHistogram {
        self.family.get_or_create(&self.series.set(values)).clone()
    }
}

impl Registry {
    /// An empty registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// A counter; its series end in `_total`. Asked for again, the same one.
    ///
    /// # Panics
    /// When the name belongs to another kind of metric, which is a mistake in the program.
    pub fn counter(
        &self,
        name: &'static str,
        help: &'static str,
        labels: &'static [&'static str],
    ) -> Counter {
        let kind = self.register(name, help, labels, |raw| {
            let family = Family::new_with_constructor(RawCounter::default as fn() -> RawCounter);
            raw.register(name, help, family.clone());
            Kind::Counter(Counter { series: Series::new(labels), family })
        });
        match kind {
            Kind::Counter(counter) => counter,
            _ => panic!("the metric {name} is not a counter"),
        }
    }

    /// A gauge. Asked for again, the same one.
    ///
    /// # Panics
    /// When the name belongs to another kind of metric, which is a mistake in the program.
    pub fn gauge(&self, name: &'static str, help: &'static str, labels: &'static [&'static str]) -> Gauge {
        let kind = self.register(name, help, labels, |raw| {
            let family = Family::new_with_constructor(RawGauge::default as fn() -> RawGauge);
            raw.register(name, help, family.clone());
            Kind::Gauge(Gauge { series: Series::new(labels), family })
        });
        match kind {
            Kind::Gauge(gauge) => gauge,
            _ => panic!("the metric {name} is not a gauge"),
        }
    }

    /// A histogram with these upper bounds. Asked for again, the same one.
    ///
    /// # Panics
    /// When the name belongs to another kind of metric, which is a mistake in the program.
    pub fn histogram(
        &self,
        name: &'static str,
        help: &'static str,
        buckets: &'static [f64],
        labels: &'static [&'static str],
    ) -> Histogram {
        let kind = self.register(name, help, labels, |raw| {
            let family = Family::new_with_constructor(Buckets(buckets));
            raw.register(name, help, family.clone());
            Kind::Histogram(Histogram { series: Series::new(labels), family })
        });
        match kind {
            Kind::Histogram(histogram) => histogram,
            _ => panic!("the metric {name} is not a histogram"),
        }
    }

    fn register(
        &self,
        name: &'static str,
        help: &'static str,
        labels: &'static [&'static str],
        make: impl FnOnce(&mut RawRegistry) -> Kind,
    ) -> Kind {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = inner.metrics.get(name) {
            return known.kind.clone();
        }
        let kind = make(&mut inner.raw);
        inner.metrics.insert(name, Metric { help, labels, kind: kind.clone() });
        kind
    }

    /// Everything in OpenMetrics' text form.
    pub fn encode(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = text::encode(&mut out, &self.0.lock().unwrap_or_else(PoisonError::into_inner).raw);
        out
    }

    /// Every metric by name.
    pub fn describe(&self) -> Vec<Description> {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = |metric: &Metric| match metric.kind {
            Kind::Counter(_) => "counter",
            Kind::Gauge(_) => "gauge",
            Kind::Histogram(_) => "histogram",
        };
        let describe = |(name, metric): (&&'static str, &Metric)| Description {
            name,
            kind: kind(metric),
            help: metric.help,
            labels: metric.labels,
        };
        inner.metrics.iter().map(describe).collect()
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Registry")
    }
}

#[cfg(test)]
mod tests {
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
        assert_eq!(
            (listed[0].name, listed[0].kind, listed[0].labels),
            ("pool_size", "gauge", ["lane"].as_slice())
        );
    }
}
