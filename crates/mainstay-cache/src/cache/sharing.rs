//! What one name takes over from other nodes and offers to them. Never here: the way there (`level2`), the rules
//! (`coherence`).

use std::sync::Arc;
use std::time::Duration;

use super::{Asked, Inner, Missed};
use crate::coherence::{Fill, Refused, Tag, nanoseconds};
use crate::figures::{Reason, Refusal};
use crate::level1::Entry;
use crate::level2::{Envelope, Nothing, Place};
use crate::{Key, Value};

impl<V: Value> Inner<V> {
    /// What another node has read, if this one can tell that it is fresh. It is kept here, too.
    pub(super) async fn import(
        &self,
        key: &Key,
        tags: &[Tag],
        missed: &Missed<V>,
        asked: &Asked,
        removals: u64,
    ) -> Option<Arc<Entry<V>>> {
        let (sharing, level2) = (self.sharing.as_ref()?, self.shared.level2.get()?);
        // Nobody could judge it, or it would be no newer than what is here.
        let is_vain = matches!(missed.reason, Reason::Unheard | Reason::Unseen | Reason::Refresh);
        if is_vain || !self.is_seen(asked) || tags.len() > self.shared.tags_most {
            return None;
        }
        let place = level2.place(self.name, sharing.version, key);
        let found = match level2.get(&place).await {
            Ok(bytes) => self.judge_import(&bytes, &place, tags, asked),
            Err(Nothing::Absent) => Err(Refusal::Absent),
            Err(Nothing::Failed) => Err(Refusal::Failed),
            Err(Nothing::Open) => Err(Refusal::Open),
        };
        match found {
            Ok(entry) => {
                self.insert(key, &entry, removals);
                Some(entry)
            }
            Err(refusal) => {
                self.figures.not_imported(refusal);
                None
            }
        }
    }

    fn judge_import(
        &self,
        bytes: &[u8],
        place: &Place<'_>,
        tags: &[Tag],
        asked: &Asked,
    ) -> Result<Arc<Entry<V>>, Refusal> {
        let decode = self.sharing.as_ref().ok_or(Refusal::Absent)?.decode;
        let envelope = Envelope::open(bytes, place).ok_or(Refusal::Malformed)?;
        if self.shared.has_replicas && envelope.shown.is_none() {
            return Err(Refusal::Unplaced);
        }
        let (now, bound) = (self.shared.clock.boottime(), Duration::from_nanos(asked.bound));
        let position = self.shared.node.import(&envelope.stamp, tags, now, bound);
        let position = position.map_err(|refused| match refused {
            Refused::Unheard => Refusal::Unheard,
            Refused::Incarnation => Refusal::Incarnation,
            Refused::Horizon => Refusal::Horizon,
            Refused::Changed => Refusal::Changed,
        })?;
        let value = decode(envelope.body).ok_or(Refusal::Malformed)?;
        // Clocks of two nodes may differ; the end of an entry's time is no promise.
        let age = Duration::from_millis(self.wall_ms().saturating_sub(envelope.read_at_ms));
        let lifetime = self.lifetime(nanoseconds(now.saturating_sub(age)), &value);
        if lifetime.expires <= nanoseconds(now) {
            return Err(Refusal::Expired);
        }
        let slots = self.shared.node.slots_of(tags);
        let entry = Entry::new(place.key, value, slots, position, lifetime);
        Ok(Arc::new(entry.made_of_kept(true).shown(envelope.shown)))
    }

    /// What nodes share by is left alone, because it has failed too often.
    pub(super) fn is_sharing_broken(&self) -> bool {
        self.sharing.is_some() && self.shared.level2.get().is_some_and(|level2| level2.is_open())
    }

    /// Other nodes may take it.
    pub(super) fn offer(&self, key: &Key, entry: &Entry<V>, fill: &Fill) {
        let (Some(sharing), Some(level2)) = (&self.sharing, self.shared.level2.get()) else { return };
        let Some(stamp) = fill.stamp().cloned() else { return };
        let mut body = Vec::with_capacity(entry.value.bytes());
        (sharing.encode)(&entry.value, &mut body);
        let age = self.now().saturating_sub(entry.started);
        let read_at_ms = self.wall_ms().saturating_sub(age / 1_000_000);
        let place = level2.place(self.name, sharing.version, key);
        let bytes =
            Envelope { stamp, read_at_ms, shown: entry.shown.as_deref().copied(), body: &body }.seal(&place);
        let ttl = entry.expires.saturating_sub(self.now());
        if !level2.put(&place, bytes, Duration::from_nanos(ttl)) {
            self.figures.not_offered.inc();
        }
    }

    fn wall_ms(&self) -> u64 {
        u64::try_from(self.shared.clock.now().as_millisecond()).unwrap_or(0)
    }
}
