//! Which indexes could serve the scans of a workload: equality columns first, then one range or an order. Pure.
//! Never here: which of them pay (`select`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::catalog::{Catalog, Index};
use super::conditions::{self, Asked, SortKey};
use super::names::{LONGEST_NAME, Table, quoted};
use super::plan::Scan;

/// An index that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    pub(super) table: Table,
    pub(super) keys: Vec<Key>,
    /// Which rows it holds; all where empty.
    pub(super) predicate: Vec<(String, Asked)>,
}

/// One of its columns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) column: String,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
}

/// What a workload could use.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Found {
    pub(super) candidates: Vec<Candidate>,
    /// Columns that are asked what they contain, where only a GIN index can help.
    pub(super) contains: BTreeSet<(Table, String)>,
}

/// How far to look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) columns: usize,
    pub(super) candidates: usize,
    /// Tables with fewer rows are read as a whole anyway.
    pub(super) least_rows: f64,
}

/// The candidates of all statements, those of the heaviest first; `statements` holds each one's scans in that order.
pub(super) fn candidates(statements: &[Vec<Scan>], catalog: &Catalog, limits: Limits) -> Found {
    let worth = statements.iter().flatten().filter(|scan| is_worth(scan, catalog, limits));
    let scans: Vec<Scan> = worth.map(|scan| with_implied(scan, catalog)).collect();
    let scans: Vec<&Scan> = scans.iter().collect();
    let frequency = frequency(&scans);
    let mut found = Found::default();
    for scan in &scans {
        found.contains.extend(contained(scan, catalog));
        if is_pinned(scan, catalog) {
            continue;
        }
        let always = always(&scans, &scan.table, catalog);
        for candidate in of_scan(scan, &always, &frequency, catalog, limits.columns) {
            let is_new = !found.candidates.contains(&candidate)
                && !catalog.indexes_of(&scan.table).any(|index| candidate.is_covered_by(index));
            if is_new && found.candidates.len() < limits.candidates {
                found.candidates.push(candidate);
            }
        }
    }
    found
}

fn is_worth(scan: &Scan, catalog: &Catalog, limits: Limits) -> bool {
    catalog
        .tables
        .get(&scan.table)
        .is_some_and(|facts| facts.rows >= limits.least_rows && !facts.is_partition)
}

/// A scan by a partial index does not repeat the index's own condition; it is asked all the same.
fn with_implied(scan: &Scan, catalog: &Catalog) -> Scan {
    let used = catalog.indexes_of(&scan.table).filter(|index| scan.indexes.contains(&index.name));
    let implied = used.filter_map(|index| conditions::fixed(index.predicate.as_deref()?)).flatten();
    let mut scan = scan.clone();
    for one in implied {
        if !scan.conditions.contains(&one) {
            scan.conditions.push(one);
        }
    }
    scan
}

/// In how many scans a column is compared for equality: what many ask for comes first, so that one index serves them.
fn frequency(scans: &[&Scan]) -> BTreeMap<(Table, String), usize> {
    let mut counts = BTreeMap::new();
    for scan in scans {
        let equal = scan.conditions.iter().filter(|(_, asked)| is_equality(*asked));
        let columns: BTreeSet<&String> = equal.map(|(column, _)| column).collect();
        for column in columns {
            *counts.entry((scan.table.clone(), column.clone())).or_default() += 1;
        }
    }
    counts
}

fn is_equality(asked: Asked) -> bool {
    matches!(asked, Asked::Equal | Asked::Null | Asked::True | Asked::False)
}

/// A condition without a value, which an index can have as its own.
fn is_fixed(asked: Asked) -> bool {
    matches!(asked, Asked::Null | Asked::NotNull | Asked::True | Asked::False)
}

/// True if a unique index that is there already finds the scan's one row.
fn is_pinned(scan: &Scan, catalog: &Catalog) -> bool {
    let is_given =
        |column: &str| scan.conditions.iter().any(|(name, asked)| name == column && *asked == Asked::Equal);
    catalog.indexes_of(&scan.table).any(|index| {
        index.is_unique
            && index.is_valid
            && index.predicate.is_none()
            && index.keys.iter().all(|key| is_given(&key.column))
    })
}

/// The conditions without a value that every scan of the table has, those of single rows aside.
fn always(scans: &[&Scan], table: &Table, catalog: &Catalog) -> Vec<(String, Asked)> {
    let fixed = |scan: &&&Scan| -> BTreeSet<(String, Asked)> {
        scan.conditions.iter().filter(|(_, asked)| is_fixed(*asked)).cloned().collect()
    };
    let mut sets =
        scans.iter().filter(|scan| scan.table == *table && !is_pinned(scan, catalog)).map(|s| fixed(&s));
    let first = sets.next().unwrap_or_default();
    sets.fold(first, |all, one| all.intersection(&one).cloned().collect()).into_iter().collect()
}

fn contained(scan: &Scan, catalog: &Catalog) -> Vec<(Table, String)> {
    let has_gin = |column: &str| {
        catalog
            .indexes_of(&scan.table)
            .any(|index| index.method == "gin" && index.keys.iter().any(|key| key.column == column))
    };
    let asked =
        scan.conditions.iter().filter(|(column, asked)| *asked == Asked::Contains && !has_gin(column));
    asked.map(|(column, _)| (scan.table.clone(), column.clone())).collect()
}

/// What all statements want anyway is no key: it says nothing about which rows. It may be the index's own condition.
fn of_scan(
    scan: &Scan,
    always: &[(String, Asked)],
    frequency: &BTreeMap<(Table, String), usize>,
    catalog: &Catalog,
    most: usize,
) -> Vec<Candidate> {
    let plain = variants(scan, always, frequency, catalog, most);
    if always.is_empty() {
        return plain;
    }
    let partial = plain.iter().map(|one| Candidate { predicate: always.to_vec(), ..one.clone() }).collect();
    [plain, partial].concat()
}

/// Each base of equality columns with each tail; the columns of `always` are no keys.
fn variants(
    scan: &Scan,
    always: &[(String, Asked)],
    frequency: &BTreeMap<(Table, String), usize>,
    catalog: &Catalog,
    most: usize,
) -> Vec<Candidate> {
    let facts = |column: &str| catalog.column(&scan.table, column);
    let is_key = |column: &str| {
        facts(column).is_some_and(|facts| facts.is_ordered) && always.iter().all(|(fixed, _)| fixed != column)
    };
    let asked = |wanted: fn(Asked) -> bool| -> BTreeSet<&str> {
        let ours = scan.conditions.iter().filter(|(column, asked)| wanted(*asked) && is_key(column));
        ours.map(|(column, _)| column.as_str()).collect()
    };
    // Compared with a value it narrows more than `is null` or a boolean does.
    let is_given = |column: &str| scan.conditions.contains(&(column.to_owned(), Asked::Equal));
    let mut equal: Vec<&str> = asked(is_equality).into_iter().collect();
    equal.sort_by(|one, other| {
        let rank = |column: &str| {
            let asked = frequency.get(&(scan.table.clone(), column.to_owned())).copied().unwrap_or_default();
            (is_given(column), asked, facts(column).and_then(|facts| facts.distinct).unwrap_or_default())
        };
        rank(other).partial_cmp(&rank(one)).unwrap_or(std::cmp::Ordering::Equal)
    });
    let given: Vec<&str> = equal.iter().copied().filter(|column| is_given(column)).collect();
    let joined: Vec<&str> = asked(|one| one == Asked::Joined).into_iter().collect();
    let mut tails: Vec<Vec<Key>> =
        asked(|one| one == Asked::Range).into_iter().map(|one| vec![key(one)]).collect();
    for order in &scan.orders {
        let is_whole = order.iter().all(|one| is_key(&one.column.name));
        tails.extend(is_whole.then(|| order_keys(order)));
    }
    let mut keys: Vec<Vec<Key>> = Vec::new();
    for base in bases(&equal, &given, &joined, most) {
        keys.extend(tails.iter().map(|tail| with_tail(&base, tail, most)));
        keys.push(base);
    }
    // Where a value narrows the rows, an index on the order alone only looks cheap: `limit` makes the planner expect
    // that the first rows it meets will do.
    if equal.is_empty() {
        keys.extend(tails.iter().map(|tail| with_tail(&[], tail, most)));
    }
    keys.retain(|keys| !keys.is_empty());
    keys.into_iter()
        .map(|keys| Candidate { table: scan.table.clone(), keys, predicate: Vec::new() })
        .collect()
}

fn key(column: &str) -> Key {
    Key { column: column.to_owned(), descending: false, nulls_first: false }
}

/// The beginnings of the equality columns, each of them alone, and a join's column: alone, before them, and behind those
/// that are compared with a value.
fn bases(equal: &[&str], given: &[&str], joined: &[&str], most: usize) -> Vec<Vec<Key>> {
    let mut bases: Vec<Vec<&str>> =
        (1..=equal.len().min(most)).map(|length| equal[..length].to_vec()).collect();
    bases.extend(equal.iter().map(|one| vec![*one]));
    for one in joined.iter().filter(|one| !equal.contains(one)) {
        let room = most.saturating_sub(1);
        bases.push([&given[..given.len().min(room)], &[*one]].concat());
        bases.push([&[*one], &equal[..equal.len().min(room)]].concat());
        bases.push(vec![*one]);
    }
    bases.sort();
    bases.dedup();
    bases.into_iter().map(|base| base.into_iter().map(key).collect()).collect()
}

/// The base, then as much of the tail as there is room for; a column that comes again says nothing new.
fn with_tail(base: &[Key], tail: &[Key], most: usize) -> Vec<Key> {
    let mut keys = base.to_vec();
    for one in tail {
        if keys.len() < most && keys.iter().all(|known| known.column != one.column) {
            keys.push(one.clone());
        }
    }
    keys
}

/// An index is read in both directions, so only differences between the columns' directions matter.
fn order_keys(order: &[SortKey]) -> Vec<Key> {
    let flip = order.first().is_some_and(|first| first.descending);
    let key = |one: &SortKey| Key {
        column: one.column.name.clone(),
        descending: one.descending != flip,
        nulls_first: one.nulls_first != flip,
    };
    order.iter().map(key).collect()
}

impl Candidate {
    /// True if the candidate may be credited with what it saves in a scan: it finds the rows, or gives the order where no
    /// value narrows the rows. Where one does, `limit` makes an order alone look far better than it is.
    pub(super) fn may_serve(&self, scan: &Scan) -> bool {
        let Some(first) = self.keys.first() else { return false };
        let finds = |(column, asked): &(String, Asked)| {
            *column == first.column && !matches!(asked, Asked::NotNull | Asked::Contains)
        };
        let is_narrowed = scan.conditions.iter().any(|(column, asked)| {
            is_equality(*asked) && self.predicate.iter().all(|(fixed, _)| fixed != column)
        });
        let gives_order =
            |order: &Vec<SortKey>| order.first().is_some_and(|key| key.column.name == first.column);
        scan.table == self.table
            && (scan.conditions.iter().any(finds) || (!is_narrowed && scan.orders.iter().any(gives_order)))
    }

    /// True if the index that is there begins with the same keys, or with them read backwards, and holds the rows.
    fn is_covered_by(&self, index: &Index) -> bool {
        let holds = index.predicate.as_ref().is_none_or(|predicate| {
            !self.predicate.is_empty() && bare(predicate) == bare(&self.predicate_sql())
        });
        let is_same = |flip: bool| {
            self.keys.iter().zip(&index.keys).all(|(ours, theirs)| {
                ours.column == theirs.column
                    && (ours.descending != flip) == theirs.descending
                    && (ours.nulls_first != flip) == theirs.nulls_first
            })
        };
        let is_usable = index.method == "btree" && index.is_valid && index.keys.len() >= self.keys.len();
        is_usable && holds && (is_same(false) || is_same(true))
    }

    fn predicate_sql(&self) -> String {
        let part = |(column, asked): &(String, Asked)| {
            let column = quoted(column);
            match asked {
                Asked::Null => format!("{column} is null"),
                Asked::NotNull => format!("{column} is not null"),
                Asked::False => format!("not {column}"),
                _ => column,
            }
        };
        self.predicate.iter().map(part).collect::<Vec<_>>().join(" and ")
    }

    /// A name that says what it is on and that no index has yet.
    pub(super) fn name(&self, is_taken: impl Fn(&str) -> bool) -> String {
        let columns = self.keys.iter().map(|key| key.column.as_str()).collect::<Vec<_>>().join("_");
        let partial = if self.predicate.is_empty() { "" } else { "_partial" };
        let stem = format!("{}_{columns}{partial}", self.table.name);
        let ending = |number: usize| if number == 1 { "_idx".to_owned() } else { format!("_idx{number}") };
        let name = |number: usize| {
            let ending = ending(number);
            let room = LONGEST_NAME - ending.len();
            let end = (0..=stem.len().min(room)).rev().find(|at| stem.is_char_boundary(*at)).unwrap_or(0);
            format!("{}{ending}", &stem[..end])
        };
        (1..).map(name).find(|name| !is_taken(name)).unwrap_or_else(|| name(1))
    }

    /// What stands between `create index` and the end: `name on table (columns) where …`, without name where it is
    /// empty.
    pub(super) fn sql(&self) -> String {
        let keys = self.keys.iter().map(Key::to_string).collect::<Vec<_>>().join(", ");
        let predicate = self.predicate_sql();
        let condition = if predicate.is_empty() { String::new() } else { format!(" where {predicate}") };
        format!("on {} ({keys}){condition}", self.table)
    }
}

/// Without parentheses and capitals, for comparing what people write with what the server writes.
fn bare(text: &str) -> String {
    let words = text.replace(['(', ')'], " ").to_lowercase();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quoted(&self.column))?;
        if self.descending {
            f.write_str(" desc")?;
        }
        match (self.descending, self.nulls_first) {
            (true, false) => f.write_str(" nulls last"),
            (false, true) => f.write_str(" nulls first"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
