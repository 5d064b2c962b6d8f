//! What a program and a person get to read.

use super::*;

fn report() -> Report {
    Report {
        recommendations: vec![Recommendation {
            table: "orders".to_owned(),
            column: "tenant_id".to_owned(),
            columns: vec!["tenant_id".to_owned(), "created_at".to_owned()],
            distinct_values: Some(128),
            recommendation: "CREATE INDEX orders_tenant_idx ON orders (tenant_id, created_at);".to_owned(),
            schema: "public".to_owned(),
            index: "orders_tenant_idx".to_owned(),
            migration:
                "create index concurrently if not exists orders_tenant_idx on orders (tenant_id, created_at)"
                    .to_owned(),
            size_bytes: Some(42_300_000),
            write_ms: 12.0,
            saved_ms: Some(900.0),
            saved_share: Some(0.9),
            used_by: vec![0],
        }],
        statements: vec![Statement {
            name: "orders.list_orders".to_owned(),
            text: "select /* orders.list_orders pipelined */ 1".to_owned(),
            calls: 6,
            total_ms: 1000.0,
            cost_before: 16862.0,
            cost_after: Some(139.1),
        }],
        candidates: 4,
        plans: 9,
        ..Report::default()
    }
}

#[test]
fn a_program_reads_the_documented_fields() {
    let json = serde_json::to_value(report()).unwrap();
    let one = &json["recommendations"][0];
    assert_eq!(one["table"], "orders");
    assert_eq!(one["column"], "tenant_id");
    assert_eq!(one["columns"], serde_json::json!(["tenant_id", "created_at"]));
    assert_eq!(one["distinct_values"], 128);
    assert_eq!(one["recommendation"], "CREATE INDEX orders_tenant_idx ON orders (tenant_id, created_at);");
    assert_eq!(json["method"]["name"], "what_if");
}

#[test]
fn a_person_reads_what_it_saves_and_whom_it_serves() {
    assert_eq!(
        report().to_string(),
        "1 statements, 4 candidates, 9 plans\n\n\
         1. CREATE INDEX orders_tenant_idx ON orders (tenant_id, created_at);\n   \
         saves 90 % of the time, 42.3 MB, writes 12 ms\n   \
         orders.list_orders: 6 calls, 1000 ms, cost 16862.0 to 139.1\n"
    );
}

#[test]
fn each_index_is_a_migration_of_its_own_that_the_runner_takes() {
    let files = report().migrations();
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].name, "orders_tenant_idx");
    assert_eq!(
        files[0].sql,
        "-- no-transaction\n-- For orders.list_orders.\n\
         create index concurrently if not exists orders_tenant_idx on orders (tenant_id, created_at);\n"
    );
    let sql: &'static str = files[0].sql.clone().leak();
    let one = crate::migrate::Migration::from_file("0001_orders_tenant_idx.sql", sql);
    assert!(one.runs_outside_transaction());
}
