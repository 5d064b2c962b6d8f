//! A plan as `explain (format json, verbose)` gives it, and what each scan of a table in it asks of that table. Pure.
//! Never here: how a plan is got.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::conditions::{self, Asked, Condition, SortKey};
use super::names::Table;

/// A statement's plan.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Plan {
    #[serde(rename = "Plan")]
    root: Node,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Node {
    #[serde(rename = "Node Type")]
    kind: String,
    schema: String,
    #[serde(rename = "Relation Name")]
    relation: String,
    alias: String,
    #[serde(rename = "Index Name")]
    index: String,
    #[serde(rename = "Total Cost")]
    total_cost: f64,
    filter: String,
    #[serde(rename = "Index Cond")]
    index_cond: String,
    #[serde(rename = "Recheck Cond")]
    recheck_cond: String,
    #[serde(rename = "Hash Cond")]
    hash_cond: String,
    #[serde(rename = "Merge Cond")]
    merge_cond: String,
    #[serde(rename = "Join Filter")]
    join_filter: String,
    #[serde(rename = "Sort Key")]
    sort_key: Vec<String>,
    output: Vec<String>,
    #[serde(rename = "Subplans Removed")]
    subplans_removed: u64,
    plans: Vec<Self>,
}

/// What one occurrence of a table in a statement is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scan {
    pub(super) table: Table,
    pub(super) conditions: Vec<(String, Asked)>,
    /// The order in which its rows are wanted; empty where none is.
    pub(super) orders: Vec<Vec<SortKey>>,
    /// The indexes that it reads now.
    pub(super) indexes: BTreeSet<String>,
    /// True if the whole table is read.
    pub(super) is_sequential: bool,
}

impl Plan {
    /// From the answer of `explain`.
    pub(super) fn parse(json: &str) -> Result<Self, serde_json::Error> {
        let [plan]: [Self; 1] = serde_json::from_str(json)?;
        Ok(plan)
    }

    /// The planner's estimate of the whole, in its own unit.
    pub(super) fn cost(&self) -> f64 {
        self.root.total_cost
    }

    /// True if parts were left out because of a parameter's value: then they are missing in the plan's text.
    pub(super) fn is_pruned(&self) -> bool {
        self.nodes().iter().any(|node| node.subplans_removed > 0)
    }

    /// The names of the indexes that the plan uses.
    pub(super) fn indexes(&self) -> BTreeSet<&str> {
        self.nodes().iter().map(|node| node.index.as_str()).filter(|name| !name.is_empty()).collect()
    }

    /// Every scan of a table, with all that the plan asks of it, wherever in the plan it is asked: a join condition
    /// stands at the join, an order above it.
    pub(super) fn scans(&self) -> Vec<Scan> {
        let nodes = self.nodes();
        let mut asked: Vec<Condition> = nodes.iter().flat_map(|node| node.conditions()).collect();
        asked.sort();
        asked.dedup();
        let orders: Vec<Vec<Option<SortKey>>> = nodes.iter().flat_map(|node| node.orders()).collect();
        let tables = nodes.iter().filter(|node| !node.relation.is_empty() && !node.alias.is_empty());
        tables.map(|node| node.scan(&asked, &orders)).collect()
    }

    fn nodes(&self) -> Vec<&Node> {
        let mut nodes = vec![&self.root];
        let mut at = 0;
        while let Some(node) = nodes.get(at).copied() {
            nodes.extend(&node.plans);
            at += 1;
        }
        // A statement that writes names its table above the scan of it; the scan is the one that reads.
        nodes.retain(|node| node.kind != "ModifyTable");
        nodes
    }
}

impl Node {
    fn conditions(&self) -> Vec<Condition> {
        let texts = [
            &self.filter,
            &self.index_cond,
            &self.recheck_cond,
            &self.hash_cond,
            &self.merge_cond,
            &self.join_filter,
        ];
        texts
            .into_iter()
            .filter(|text| !text.is_empty())
            .flat_map(|text| conditions::conditions(text))
            .collect()
    }

    fn orders(&self) -> Vec<Vec<Option<SortKey>>> {
        let mut orders = Vec::new();
        if !self.sort_key.is_empty() {
            orders.push(self.sort_key.iter().map(|key| conditions::sort_key(key)).collect());
        }
        let extremes = self.output.iter().filter(|_| self.kind == "Aggregate");
        orders.extend(
            extremes
                .filter_map(|output| conditions::extreme(output))
                .map(|column| vec![Some(SortKey { column, descending: false, nulls_first: false })]),
        );
        orders
    }

    /// A bitmap scan names its indexes below itself.
    fn own_indexes(&self) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = [self.index.clone()].into();
        let bitmaps = self.plans.iter().filter(|plan| plan.kind.starts_with("Bitmap"));
        names.extend(bitmaps.flat_map(Self::own_indexes));
        names.remove("");
        names
    }

    fn scan(&self, asked: &[Condition], orders: &[Vec<Option<SortKey>>]) -> Scan {
        let is_ours = |key: &SortKey| key.column.alias == self.alias;
        let ours = asked.iter().filter(|one| one.column.alias == self.alias);
        let order = |keys: &Vec<Option<SortKey>>| -> Vec<SortKey> {
            keys.iter().map_while(|key| key.clone().filter(is_ours)).collect()
        };
        Scan {
            table: Table { schema: self.schema.clone(), name: self.relation.clone() },
            conditions: ours.map(|one| (one.column.name.clone(), one.asked)).collect(),
            indexes: self.own_indexes(),
            orders: orders.iter().map(order).filter(|order| !order.is_empty()).collect(),
            is_sequential: self.kind == "Seq Scan",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOIN: &str = r#"[{"Plan": {"Node Type": "Limit", "Total Cost": 100.5, "Plans": [
        {"Node Type": "Sort", "Total Cost": 99, "Sort Key": ["o.at DESC", "c.name"], "Plans": [
          {"Node Type": "Hash Join", "Total Cost": 90, "Hash Cond": "(o.customer = c.id)", "Plans": [
            {"Node Type": "Seq Scan", "Schema": "public", "Relation Name": "orders", "Alias": "o",
             "Total Cost": 50, "Filter": "((o.gone IS NULL) AND (o.state = $1))"},
            {"Node Type": "Hash", "Total Cost": 8, "Plans": [
              {"Node Type": "Index Scan", "Schema": "public", "Relation Name": "customer", "Alias": "c",
               "Index Name": "customer_pkey", "Total Cost": 8, "Index Cond": "(c.id = $2)"}]}]}]}]}}]"#;

    #[test]
    fn a_scan_gathers_what_the_whole_plan_asks_of_it() {
        let plan = Plan::parse(JOIN).unwrap();
        assert_eq!(plan.cost(), 100.5);
        assert!(!plan.is_pruned());
        assert_eq!(plan.indexes().into_iter().collect::<Vec<_>>(), ["customer_pkey"]);
        let scans = plan.scans();
        let [orders, customer] = scans.as_slice() else { panic!("{scans:?}") };
        let asked = |scan: &Scan| {
            scan.conditions.iter().map(|(name, asked)| format!("{name} {asked:?}")).collect::<Vec<_>>()
        };
        assert_eq!(asked(orders), ["customer Joined", "gone Null", "state Equal"]);
        assert_eq!(asked(customer), ["id Equal", "id Joined"]);
        // The second sort key is the other table's: the order ends before it.
        assert_eq!(orders.orders.len(), 1);
        assert_eq!(orders.orders[0].len(), 1);
        assert!(customer.orders.is_empty() && orders.is_sequential && !customer.is_sequential);
    }

    #[test]
    fn an_extreme_is_an_order_and_a_written_table_no_scan() {
        let text = r#"[{"Plan": {"Node Type": "ModifyTable", "Relation Name": "t", "Alias": "t", "Schema": "s",
            "Plans": [{"Node Type": "Aggregate", "Output": ["max(t.at)"], "Plans": [
            {"Node Type": "Seq Scan", "Relation Name": "t", "Alias": "t", "Schema": "s"}]}]}}]"#;
        let scans = Plan::parse(text).unwrap().scans();
        assert_eq!(scans.len(), 1);
        assert_eq!(scans[0].orders[0][0].column.name, "at");
    }
}
