//! One registry of metrics: counters, gauges and histograms with bounded label sets, in Prometheus' text form.
//! Never here: labels that a client can choose without bound.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter as RawCounter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge as RawGauge;
use prometheus_client::metrics::histogram::Histogram as RawHistogram;
use prometheus_client::registry::Registry as RawRegistry;

use self::series::{Labels, Series};

mod series;

/// Label sets of one metric, unless the registry was made with another bound; further ones are counted under
/// [`OTHER`].
pub const MAX_SERIES: usize = 1000;

/// A label value that is longer becomes [`OTHER`].
pub const MAX_LABEL_BYTES: usize = 256;

/// The label value of what came beyond the bounds.
pub const OTHER: &str = "other";

/// The counter of what came beyond a metric's bound.
const REFUSED: &str = "metric_label_sets_refused";
const REFUSED_HELP: &str = "Uses of a label set beyond the metric's bound, counted under other";

/// All metrics of a process. Clones are one registry.
#[derive(Clone)]
pub struct Registry(Arc<Mutex<Inner>>);

struct Inner {
    raw: RawRegistry,
    metrics: BTreeMap<&'static str, Metric>,
    max_series: usize,
    refused: Family<Labels, RawCounter>,
}

#[derive(Clone)]
struct Metric {
    help: &'static str,
    labels: &'static [&'static str],
    buckets: &'static [f64],
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

impl Default for Registry {
    fn default() -> Self {
        Self::with_max_series(MAX_SERIES)
    }
}

impl Registry {
    /// A registry whose metrics hold [`MAX_SERIES`] label sets each.
    pub fn new() -> Self {
        Self::default()
    }

    /// A registry whose metrics hold this many label sets each; what comes beyond is counted under [`OTHER`] and by
    /// the metric `metric_label_sets_refused`.
    pub fn with_max_series(max_series: usize) -> Self {
        let refused = Family::<Labels, RawCounter>::default();
        let mut raw = RawRegistry::default();
        raw.register(REFUSED, REFUSED_HELP, refused.clone());
        Self(Arc::new(Mutex::new(Inner { raw, metrics: BTreeMap::new(), max_series, refused })))
    }

    /// A counter; its series end in `_total`, its name does not. Asked for again, the same one.
    ///
    /// # Panics
    /// When the name is not of lower-case letters, digits and `_`, or belongs to a metric of another kind or with
    /// other labels: a mistake in the program. So do the other two.
    pub fn counter(
        &self,
        name: &'static str,
        help: &'static str,
        labels: &'static [&'static str],
    ) -> Counter {
        assert!(!name.ends_with("_total"), "the counter {name} gets its _total by itself");
        let kind = self.register(name, help, labels, &[], |raw, help, series| {
            let family = Family::new_with_constructor(RawCounter::default as fn() -> RawCounter);
            raw.register(name, help, family.clone());
            Kind::Counter(Counter { series, family })
        });
        match kind {
            Kind::Counter(counter) => counter,
            _ => panic!("the metric {name} is not a counter"),
        }
    }

    /// A gauge. Asked for again, the same one.
    ///
    /// # Panics
    /// As [`Registry::counter`].
    pub fn gauge(&self, name: &'static str, help: &'static str, labels: &'static [&'static str]) -> Gauge {
        let kind = self.register(name, help, labels, &[], |raw, help, series| {
            let family = Family::new_with_constructor(RawGauge::default as fn() -> RawGauge);
            raw.register(name, help, family.clone());
            Kind::Gauge(Gauge { series, family })
        });
        match kind {
            Kind::Gauge(gauge) => gauge,
            _ => panic!("the metric {name} is not a gauge"),
        }
    }

    /// A histogram with these upper bounds. Asked for again, the same one.
    ///
    /// # Panics
    /// As [`Registry::counter`], and when the bounds differ.
    pub fn histogram(
        &self,
        name: &'static str,
        help: &'static str,
        buckets: &'static [f64],
        labels: &'static [&'static str],
    ) -> Histogram {
        let kind = self.register(name, help, labels, buckets, |raw, help, series| {
            let family = Family::new_with_constructor(Buckets(buckets));
            raw.register(name, help, family.clone());
            Kind::Histogram(Histogram { series, family })
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
        buckets: &'static [f64],
        make: impl FnOnce(&mut RawRegistry, &'static str, Series) -> Kind,
    ) -> Kind {
        let mut inner = self.lock();
        if let Some(known) = inner.metrics.get(name).cloned() {
            drop(inner);
            assert_eq!(known.labels, labels, "the metric {name} has other labels");
            assert_eq!(known.buckets, buckets, "the metric {name} has other buckets");
            return known.kind;
        }
        assert!(is_name(name) && name != REFUSED, "{name} is not a name for a metric");
        let refused = inner.refused.get_or_create(&vec![("metric", name.to_owned())]).clone();
        let series = Series::new(labels, inner.max_series, refused);
        // The encoder ends the sentence itself.
        let kind = make(&mut inner.raw, help.trim_end_matches('.'), series);
        inner.metrics.insert(name, Metric { help, labels, buckets, kind: kind.clone() });
        kind
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything in OpenMetrics' text form.
    pub fn encode(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = text::encode(&mut out, &self.lock().raw);
        out
    }

    /// Every metric by name.
    pub fn describe(&self) -> Vec<Description> {
        let inner = self.lock();
        let described = inner.metrics.iter().map(|(name, metric)| Description {
            name,
            kind: match metric.kind {
                Kind::Counter(_) => "counter",
                Kind::Gauge(_) => "gauge",
                Kind::Histogram(_) => "histogram",
            },
            help: metric.help,
            labels: metric.labels,
        });
        let own = Description { name: REFUSED, kind: "counter", help: REFUSED_HELP, labels: &["metric"] };
        let mut all: Vec<Description> = described.chain([own]).collect();
        all.sort_unstable_by_key(|metric| metric.name);
        all
    }
}

/// Whether a scraper takes the name.
fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Registry")
    }
}

#[cfg(test)]
mod tests;
