//! Indexes that cost writes and serve nobody: duplicates, beginnings of others, unused and invalid ones. Pure.
//! Never here: dropping them, which a person decides.

use std::time::Duration;

use serde::Serialize;

use super::catalog::Index;
use super::names::quoted;

/// Why an index may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A build that failed left it: writes keep it, no read uses it.
    Invalid,
    /// Another one is the same.
    Duplicate,
    /// Another one begins with all of its keys.
    Prefix,
    /// Nobody read it, on any server, for as long as the statistics go back.
    Unused,
}

/// An index that may go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Surplus {
    /// Why.
    pub reason: Reason,
    /// Its table.
    pub table: String,
    /// Its name.
    pub index: String,
    /// The one that does its work.
    pub instead: Option<String>,
    /// Its size.
    pub bytes: i64,
    /// For [`Reason::Unused`], the age of the youngest statistics that say so, in seconds.
    pub counted_s: Option<u64>,
    /// True where the evidence is too young to act on it, or a foreign key may need the index when rows of the other
    /// table are deleted.
    pub is_doubtful: bool,
    /// The evidence as a sentence.
    pub why: String,
    /// What would remove it.
    pub remedy: String,
}

/// One server's view: what its reads used, and for how long it has counted.
#[derive(Clone, Debug)]
pub(super) struct Reads {
    pub(super) indexes: Vec<Index>,
    pub(super) counted: Duration,
}

/// The surplus among the primary's indexes, given how they are read there and on every replica.
pub(super) fn surplus(servers: &[Reads], unused_after: Duration) -> Vec<Surplus> {
    let Some(primary) = servers.first() else { return Vec::new() };
    let mut found = Vec::new();
    for index in primary.indexes.iter().filter(|index| index.is_droppable()) {
        let judged = invalid(index)
            .or_else(|| covered(index, &primary.indexes))
            .or_else(|| unused(index, servers, unused_after));
        found.extend(judged);
    }
    found.sort_by(|one, other| {
        (one.reason, &one.table, &one.index).cmp(&(other.reason, &other.table, &other.index))
    });
    found
}

fn invalid(index: &Index) -> Option<Surplus> {
    let why = "a build that failed left it: every write keeps it, no read uses it".to_owned();
    (!index.is_valid).then(|| index.surplus(Reason::Invalid, None, why))
}

fn covered(index: &Index, all: &[Index]) -> Option<Surplus> {
    let mut covering: Vec<&Index> = all.iter().filter(|other| other.covers(index)).collect();
    covering.sort_by_key(|other| (other.keys.len(), !other.is_kept(), other.name.clone()));
    let other = *covering.first()?;
    let (reason, why) = if other.keys.len() == index.keys.len() {
        (Reason::Duplicate, format!("{} has the same keys", other.name))
    } else {
        (Reason::Prefix, format!("{} begins with the same keys", other.name))
    };
    Some(index.surplus(reason, Some(other.name.clone()), why))
}

fn unused(index: &Index, servers: &[Reads], after: Duration) -> Option<Surplus> {
    if index.is_unique {
        return None;
    }
    let is_read = |server: &Reads| {
        server.indexes.iter().any(|one| one.table == index.table && one.name == index.name && one.scans > 0)
    };
    if servers.iter().any(is_read) {
        return None;
    }
    let counted = servers.iter().map(|server| server.counted).min().unwrap_or_default();
    let where_ = if servers.len() == 1 {
        "this server has".to_owned()
    } else {
        format!("{} servers have", servers.len())
    };
    let mut why =
        format!("not read once in the {} that {where_} counted, or since it was made", span(counted));
    if counted < after {
        why.push_str(&format!(", which is too short a time to tell: wait for {}", span(after)));
    }
    if let Some(key) = &index.foreign_key {
        why.push_str(&format!("; deletions that the foreign key {key} watches may need it"));
    }
    Some(Surplus {
        counted_s: Some(counted.as_secs()),
        is_doubtful: counted < after || index.foreign_key.is_some(),
        ..index.surplus(Reason::Unused, None, why)
    })
}

/// A length of time in the largest unit that says something.
pub(super) fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

impl Index {
    /// Nothing but reads depends on it.
    fn is_droppable(&self) -> bool {
        self.constraint.is_none() && !self.is_needed && !self.is_building
    }

    /// It stays, whatever else is there.
    fn is_kept(&self) -> bool {
        !self.is_droppable()
    }

    /// True if every read that `other` serves is served by this one as well, and every rule that it keeps is kept.
    fn covers(&self, other: &Self) -> bool {
        let is_alike = self.table == other.table
            && self.name != other.name
            && self.is_valid
            && self.method == other.method
            && self.predicate == other.predicate
            && self.keys.starts_with(&other.keys);
        let has = |column: &String| {
            self.included.contains(column) || self.keys.iter().any(|key| key.column == *column)
        };
        if !is_alike || !other.included.iter().all(has) {
            return false;
        }
        if self.keys.len() > other.keys.len() {
            // Only a B-tree serves the beginning of its keys alone as well as a shorter one would.
            return self.method == "btree" && !other.is_unique;
        }
        // Of two that are the same one stays: the one that keeps a rule, has more columns, or is named first.
        let rank = |index: &Self| (index.is_kept(), index.is_unique, index.included.len());
        (!other.is_unique || self.is_unique)
            && rank(self).cmp(&rank(other)).then_with(|| other.name.cmp(&self.name)).is_gt()
    }

    fn surplus(&self, reason: Reason, instead: Option<String>, why: String) -> Surplus {
        let schema = if self.table.schema == "public" {
            String::new()
        } else {
            format!("{}.", quoted(&self.table.schema))
        };
        Surplus {
            reason,
            table: self.table.to_string(),
            index: self.name.clone(),
            instead,
            bytes: self.bytes,
            counted_s: None,
            is_doubtful: false,
            why,
            remedy: format!("drop index concurrently if exists {schema}{}", quoted(&self.name)),
        }
    }
}

#[cfg(test)]
mod tests;
