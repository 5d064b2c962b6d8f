//! Which label sets a metric may have, so that no client fills the memory. Never here: what is counted.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use prometheus_client::metrics::counter::Counter;

use super::{MAX_LABEL_BYTES, OTHER};

pub(super) type Labels = Vec<(&'static str, String)>;

/// The label sets that a metric has seen.
#[derive(Debug, Clone)]
pub(super) struct Series {
    names: &'static [&'static str],
    max: usize,
    seen: Arc<RwLock<HashSet<Labels>>>,
    /// Counts the label sets that came beyond the bound.
    refused: Counter,
}

impl Series {
    pub(super) fn new(names: &'static [&'static str], max: usize, refused: Counter) -> Self {
        Self { names, max, seen: Arc::default(), refused }
    }

    /// The label set of these values, or that of everything beyond the bound.
    pub(super) fn set(&self, values: &[&str]) -> Labels {
        debug_assert_eq!(values.len(), self.names.len(), "a value for each of {:?}", self.names);
        let label = |(index, name): (usize, &&'static str)| {
            let value = values.get(index).copied().unwrap_or_default();
            (*name, if value.len() > MAX_LABEL_BYTES { OTHER } else { value }.to_owned())
        };
        let wanted: Labels = self.names.iter().enumerate().map(label).collect();
        if self.seen.read().unwrap_or_else(PoisonError::into_inner).contains(&wanted) {
            return wanted;
        }
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        if seen.len() < self.max || seen.contains(&wanted) {
            seen.insert(wanted.clone());
            return wanted;
        }
        drop(seen);
        self.refused.inc();
        self.names.iter().map(|name| (*name, OTHER.to_owned())).collect()
    }
}
