//! The index advisor on a real server, with real rows and real HypoPG: what it predicts must come true.

use std::collections::BTreeMap;

use mainstay_db::advisor::{self, AdviseError, Config, Method, Reason, Report};
use mainstay_db::{Session, Target};
use mainstay_testing::TestDb;

mod shop;

use shop::Shop;

/// The cost of each statement as the server plans it now, by the statement's name.
async fn costs(target: &Target) -> BTreeMap<String, f64> {
    let report = advisor::advise(target, &[], &Config::default()).await.unwrap();
    report.statements.into_iter().map(|one| (one.name, one.cost_before)).collect()
}

fn surplus(report: &Report) -> Vec<(Reason, &str, Option<&str>)> {
    report.surplus.iter().map(|one| (one.reason, one.index.as_str(), one.instead.as_deref())).collect()
}

#[tokio::test]
async fn what_it_predicts_for_a_million_rows_comes_true() {
    let shop = Shop::open(1_000_000).await;
    let report = advisor::advise(shop.target(), &[], &Config::default()).await.unwrap();
    println!("{report}");
}
