//! What the server's catalog and statistics know of tables, columns and indexes. Never here: a judgement of them.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio_postgres::{Client, Row};

use super::names::Table;

/// Tables and indexes of one database at one moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Catalog {
    pub(super) tables: BTreeMap<Table, TableFacts>,
    pub(super) indexes: Vec<Index>,
    /// How long this server has counted what happens.
    pub(super) counted: Duration,
}

/// A table.
#[derive(Clone, Debug, Default)]
pub(super) struct TableFacts {
    /// As of the last analysis.
    pub(super) rows: f64,
    /// Rows inserted and updated since the statistics began.
    pub(super) written: i64,
    pub(super) is_partition: bool,
    pub(super) columns: BTreeMap<String, ColumnFacts>,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub(super) struct ColumnFacts {
    /// Bytes of the average value.
    pub(super) width: f64,
    /// None where the table was never analysed.
    pub(super) distinct: Option<f64>,
    /// A B-tree on it makes sense.
    pub(super) is_ordered: bool,
}

/// An index that is there.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Index {
    pub(super) table: Table,
    pub(super) name: String,
    pub(super) method: String,
    pub(super) definition: String,
    pub(super) keys: Vec<IndexKey>,
    pub(super) included: Vec<String>,
    pub(super) predicate: Option<String>,
    pub(super) is_unique: bool,
    pub(super) is_valid: bool,
    /// Replication or a partitioned table's index relies on it.
    pub(super) is_needed: bool,
    /// The rule that it keeps.
    pub(super) constraint: Option<String>,
    /// A foreign key that it leads with.
    pub(super) foreign_key: Option<String>,
    pub(super) is_building: bool,
    pub(super) bytes: i64,
    /// How often it was read since the statistics began, on this server.
    pub(super) scans: i64,
}

/// One key of an index.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct IndexKey {
    /// A column's name or an expression, as SQL.
    pub(super) text: String,
    /// Empty for an expression.
    pub(super) column: String,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
    /// Operator class and collation.
    pub(super) class: String,
}

impl Catalog {
    pub(super) async fn load(session: &Client) -> Result<Self, tokio_postgres::Error> {
        let mut catalog = Self { counted: counted(session).await?, ..Self::default() };
        for row in session.query(include_str!("tables.sql"), &[]).await? {
            let facts = TableFacts {
                rows: row.try_get("row_count")?,
                written: row.try_get("written")?,
                is_partition: row.try_get("is_partition")?,
                columns: BTreeMap::new(),
            };
            catalog.tables.insert(table(&row, "name")?, facts);
        }
        for row in session.query(include_str!("columns.sql"), &[]).await? {
            let facts = ColumnFacts {
                width: row.try_get("width")?,
                distinct: row.try_get("distinct_values")?,
                is_ordered: row.try_get("is_ordered")?,
            };
            if let Some(table) = catalog.tables.get_mut(&table(&row, "table_name")?) {
                table.columns.insert(row.try_get("name")?, facts);
            }
        }
        catalog.indexes = indexes(session).await?;
        Ok(catalog)
    }

    /// The indexes of one table.
    pub(super) fn indexes_of(&self, table: &Table) -> impl Iterator<Item = &Index> {
        self.indexes.iter().filter(move |index| index.table == *table)
    }

    pub(super) fn column(&self, table: &Table, column: &str) -> Option<&ColumnFacts> {
        self.tables.get(table)?.columns.get(column)
    }
}

/// How long the session's server has counted.
pub(super) async fn counted(session: &Client) -> Result<Duration, tokio_postgres::Error> {
    let row = session.query_one(include_str!("statistics.sql"), &[]).await?;
    Ok(Duration::from_secs_f64(row.try_get::<_, Option<f64>>("counted_s")?.unwrap_or_default().max(0.0)))
}

/// The indexes of the session's database, with that server's own count of their reads.
pub(super) async fn indexes(session: &Client) -> Result<Vec<Index>, tokio_postgres::Error> {
    session.query(include_str!("indexes.sql"), &[]).await?.iter().map(index).collect()
}

fn table(row: &Row, name: &str) -> Result<Table, tokio_postgres::Error> {
    Ok(Table { schema: row.try_get("schema")?, name: row.try_get(name)? })
}

fn index(row: &Row) -> Result<Index, tokio_postgres::Error> {
    let texts: Vec<String> = row.try_get("keys")?;
    let columns: Vec<String> = row.try_get("columns")?;
    let options: Vec<i32> = row.try_get("options")?;
    let classes: Vec<String> = row.try_get("classes")?;
    // The two bits of `pg_index.indoption`.
    let key = |(((text, column), option), class): (((String, String), i32), String)| IndexKey {
        text,
        column,
        descending: option & 1 != 0,
        nulls_first: option & 2 != 0,
        class,
    };
    Ok(Index {
        table: table(row, "table_name")?,
        name: row.try_get("name")?,
        method: row.try_get("method")?,
        definition: row.try_get("definition")?,
        keys: texts.into_iter().zip(columns).zip(options).zip(classes).map(key).collect(),
        included: row.try_get("included")?,
        predicate: row.try_get("predicate")?,
        is_unique: row.try_get("is_unique")?,
        is_valid: row.try_get("is_valid")?,
        is_needed: row.try_get("is_needed")?,
        constraint: row.try_get("constraint_name")?,
        foreign_key: row.try_get("foreign_key")?,
        is_building: row.try_get("is_building")?,
        bytes: row.try_get("bytes")?,
        scans: row.try_get("scans")?,
    })
}
