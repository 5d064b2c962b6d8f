//! What PostgreSQL's catalogue says about a partitioned table. Never here: changes.

use tokio_postgres::Client;

use super::plan::{Child, Span, State};
use super::{Key, PartitionError, PartitionedTable, Period};

/// The table itself.
pub(super) struct Parent {
    pub(super) oid: u32,
    /// `r` a table, `p` a partitioned one.
    pub(super) kind: String,
    strategy: Option<String>,
    keys: Option<i16>,
    column: Option<String>,
    column_type: Option<String>,
    has_default: bool,
}

const PARENT: &str = "\
select c.oid, c.relkind::text as kind, p.partstrat::text as strategy, p.partnatts as keys, a.attname as column_name, \
       a.atttypid::regtype::text as column_type, coalesce(p.partdefid <> 0, false) as has_default \
from pg_class c \
join pg_namespace n on n.oid = c.relnamespace \
left join pg_partitioned_table p on p.partrelid = c.oid \
left join pg_attribute a on a.attrelid = c.oid and a.attnum = p.partattrs[0] \
where n.nspname = $1 and c.relname = $2";

/// The partitions, and the retired tables that carry the mark `$2`. As many rows as periods; nothing else bounds it.
const CHILDREN: &str = "\
select n.nspname as schema, c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bound, \
       i.inhdetachpending as pending, \
       exists (select from pg_index x join pg_class b on b.oid = x.indexrelid \
               where x.indrelid = c.oid and x.indisvalid and b.relname = c.relname || '_brin') as has_brin \
from pg_inherits i \
join pg_class c on c.oid = i.inhrelid \
join pg_namespace n on n.oid = c.relnamespace \
where i.inhparent = $1 \
union all \
select n.nspname, c.relname, null, false, false \
from pg_description d \
join pg_class c on c.oid = d.objoid \
join pg_namespace n on n.oid = c.relnamespace \
where d.classoid = 'pg_class'::regclass and d.objsubid = 0 and d.description = $2 \
  and c.relkind = 'r' and not exists (select from pg_inherits i where i.inhrelid = c.oid)";

/// The relation with the declared name.
pub(super) async fn parent(session: &Client, table: &PartitionedTable) -> Result<Parent, PartitionError> {
    let Some(row) = session.query_opt(PARENT, &[&table.schema, &table.table]).await? else {
        return Err(layout(table, "it does not exist; a migration must create it"));
    };
    Ok(Parent {
        oid: row.try_get("oid")?,
        kind: row.try_get("kind")?,
        strategy: row.try_get("strategy")?,
        keys: row.try_get("keys")?,
        column: row.try_get("column_name")?,
        column_type: row.try_get("column_type")?,
        has_default: row.try_get("has_default")?,
    })
}

impl Parent {
    /// Whether its partitions can be kept by us.
    pub(super) fn check(&self, table: &PartitionedTable) -> Result<(), PartitionError> {
        if self.strategy.as_deref() != Some("r") || self.keys != Some(1) {
            let why = format!("it is not `partition by range ({})`", table.column);
            return Err(layout(table, &why));
        }
        if self.column.as_deref() != Some(table.column) {
            let column = self.column.as_deref().unwrap_or("an expression");
            return Err(layout(table, &format!("it is partitioned by {column}, not by {}", table.column)));
        }
        if self.column_type.as_deref() != Some(table.key.column_type()) {
            return Err(layout(table, &format!("{} is not a {}", table.column, table.key.told())));
        }
        if self.has_default {
            let why =
                "it has a DEFAULT partition: move its rows to partitions of their own, detach it and drop it";
            return Err(layout(table, why));
        }
        Ok(())
    }
}

fn layout(table: &PartitionedTable, why: &str) -> PartitionError {
    PartitionError::Layout { table: table.name(), why: why.to_owned() }
}

/// Every partition and what is left of retired ones. The session's zone must be UTC.
pub(super) async fn children(
    session: &Client,
    table: &PartitionedTable,
    parent: &Parent,
) -> Result<Vec<Child>, PartitionError> {
    let mut children = Vec::new();
    for row in session.query(CHILDREN, &[&parent.oid, &table.mark()]).await? {
        let schema: String = row.try_get("schema")?;
        let name: String = row.try_get("name")?;
        let bound: Option<String> = row.try_get("bound")?;
        let (span, state) = match bound {
            Some(bound) if row.try_get("pending")? => (span(table.key, &bound), State::DetachPending),
            Some(bound) => (span(table.key, &bound), State::Attached),
            // A retired one has no bound any more; its name is the one that we gave it, or nothing is done to it.
            None => match retired_period(table, &schema, &name) {
                Some(period) => (Span::of(period), State::Retired),
                None => continue,
            },
        };
        children.push(Child { schema, name, span, state, has_brin: row.try_get("has_brin")? });
    }
    Ok(children)
}

/// The period in the name of a retired table.
fn retired_period(table: &PartitionedTable, schema: &str, name: &str) -> Option<Period> {
    let suffix = name.strip_prefix(table.table)?.strip_prefix('_')?;
    Period::of_suffix(table.unit, suffix).filter(|_| schema == table.schema)
}

/// From `FOR VALUES FROM ('2026-01-01 00:00:00+00') TO (MAXVALUE)`. What cannot be read is taken as open: nothing of
/// ours will be made where something else may be.
fn span(key: Key, bound: &str) -> Span {
    let instant = |before: &str| {
        let (_, rest) = bound.split_once(before)?;
        let (value, _) = rest.split_once(')')?;
        key.instant(value.trim_matches('\''))
    };
    Span { from: instant("FROM ("), to: instant("TO (") }
}

#[cfg(test)]
mod tests {
    use super::super::Unit;
    use super::*;

    #[test]
    fn bounds_are_read_and_what_is_no_instant_is_open() {
        let span = |bound| span(Key::Time, bound);
        let read = span("FOR VALUES FROM ('2024-02-01 00:00:00+00') TO ('2024-03-01 00:00:00+00')");
        assert_eq!(read.period(Unit::Month), Period::month(2024, 2));
        assert_eq!(read.period(Unit::Day), None);
        let read = span("FOR VALUES FROM ('2024-02-29 00:00:00+00') TO ('2024-03-01 00:00:00+00')");
        assert_eq!((read.period(Unit::Month), read.period(Unit::Day)), (None, Period::day(2024, 2, 29)));
        let read = span("FOR VALUES FROM ('2024-02-01 00:00:00+00') TO ('2024-02-29 12:30:00.5+00')");
        assert_eq!((read.period(Unit::Month), read.to), (None, "2024-02-29T12:30:00.5Z".parse().ok()));
        let read = span("FOR VALUES FROM (MINVALUE) TO ('infinity')");
        assert_eq!((read.from, read.to), (None, None));
    }

    #[test]
    fn bounds_of_ids_are_read_to_the_last_bit() {
        let from = |id: &str| {
            let bound = format!("FOR VALUES FROM ('{id}') TO ('01a205b3-d000-0000-0000-000000000000')");
            span(Key::UuidV7, &bound).period(Unit::Day)
        };
        assert_eq!(from("01a2008d-7400-0000-0000-000000000000"), Period::day(2026, 11, 22));
        // No day of ours, so nothing that we drop.
        assert_eq!(from("01a2008d-7400-0000-0000-000000000001"), None);
        assert_eq!(from("01a2008d-73ff-ffff-ffff-ffffffffffff"), None);
        let open = span(Key::UuidV7, "FOR VALUES FROM (MINVALUE) TO (MAXVALUE)");
        assert_eq!((open.from, open.to), (None, None));
    }

    #[test]
    fn only_names_that_we_gave_are_retired_periods() {
        let table = PartitionedTable::new("public", "reading", "taken_at");
        let by_day = PartitionedTable { unit: Unit::Day, ..table.clone() };
        assert_eq!(retired_period(&table, "public", "reading_y2024m02"), Period::month(2024, 2));
        assert_eq!(retired_period(&by_day, "public", "reading_y2024m02d29"), Period::day(2024, 2, 29));
        for (schema, name) in [
            ("other", "reading_y2024m02"),
            ("public", "reading_y2024m2"),
            ("public", "reading_y2024m13"),
            ("public", "readings_y2024m02"),
            ("public", "reading_y2024m02_copy"),
            ("public", "reading_y2024m02d01"),
        ] {
            assert_eq!(retired_period(&table, schema, name), None, "{name}");
        }
        for name in ["reading_y2024m02", "reading_y2024m02d30", "reading_y2024m02d1", "reading_y2024m02d01d"]
        {
            assert_eq!(retired_period(&by_day, "public", name), None, "{name}");
        }
    }
}
