//! An address that names several hosts, of which one takes writes: whatever works beside the pools finds it too.

use std::time::Duration;

use mainstay_db::migrate::{self, Migration, Migrations};
use mainstay_db::partitions::{Keeper, PartitionedTable};
use mainstay_db::replicas::{Config, Replicas};
use mainstay_db::{Db, Session, Target, advisor, insight, one};
use mainstay_runtime::{Clock, Stop};
use mainstay_telemetry::Registry;
use mainstay_testing::{ReplicaSet, replica_set, until};

use crate::network::Proxy;

const TABLE: &[Migration] = &[Migration {
    version: 1,
    name: "reading",
    sql: "create table reading (
              taken_at timestamptz not null,
              id bigint not null generated always as identity,
              constraint reading_pkey primary key (taken_at, id)
          ) partition by range (taken_at);",
}];
const SET: Migrations = Migrations::new("hosts", TABLE);
const READING: PartitionedTable = PartitionedTable::new("public", "reading", "taken_at");

static NAP: mainstay_db::Statement =
    mainstay_db::Statement::pooled("hosts.nap", "select /* hosts.nap */ pg_sleep($1), 1::bigint");

/// The standby is named first, and nothing says that it is to take writes.
fn standby_first(set: &ReplicaSet) -> Target {
    let (standby, primary) = (set.address(1), set.address(0));
    let place =
        |address: &str| address.rsplit_once(':').map(|(host, port)| (host.to_owned(), port.to_owned()));
    let ((host, port), (last_host, last_port)) = (place(&standby).unwrap(), place(&primary).unwrap());
    let text = format!("host={host},{last_host} port={port},{last_port} user=postgres dbname=app");
    Target::parse(&text).unwrap()
}

#[tokio::test]
async fn with_the_standby_named_first_all_that_works_beside_the_pools_finds_the_primary() {
    let set = replica_set(1).await.unwrap();
    let target = standby_first(&set);
    let session = Session::connect(&target, "test", Duration::from_secs(5)).await.unwrap();
    let in_recovery: bool = session.query_one("select pg_is_in_recovery()", &[]).await.unwrap().get(0);
    assert!(!in_recovery);
    assert_eq!(migrate::run(&target, &[&migrate::PLATFORM, &SET]).await.unwrap().applied.len(), 2);
    assert_eq!(migrate::pending(&target, &[&SET], &migrate::Config::default()).await.unwrap().len(), 0);

    let clock = Clock::paused("2031-05-05T00:00:00Z".parse().unwrap());
    let keeper = Keeper::new(
        &mainstay_db::partitions::Config::default(),
        &target,
        &clock,
        &Registry::new(),
        vec![READING.into()],
    );
    assert!(!keeper.unwrap().round().await.unwrap().created.is_empty());

    advisor::prepare(&target).await.unwrap();
    let advised = advisor::advise(&target, &[], &advisor::Config::default()).await;
    // What it needs may not be installed on this machine; a standby would refuse it for another reason.
    if let Err(error) = advised {
        assert!(
            !error.to_string().contains("recovery") && !error.to_string().contains("read-only"),
            "{error}"
        );
    }

    let config = mainstay_db::Config { slow_statement_ms: 1, ..mainstay_db::Config::default() };
    let db = Db::connect(&config, &target).await.unwrap();
    one(&*db.read(), &NAP, &[&0.05_f64]).await.unwrap();
    assert_eq!(db.explain_slow().await.unwrap(), 1);
    let slow = db.insight().slow();
    assert!(matches!(slow[0].plan, Some(insight::Plan::Known(_))), "{slow:?}");
    set.close().await.unwrap();
}

#[tokio::test]
async fn a_replica_that_accepts_and_says_nothing_is_read_from_again_when_it_speaks() {
    let set = replica_set(1).await.unwrap();
    let proxy = Proxy::to(&set.target(1)).await;
    let config =
        Config { poll_interval_ms: 10, poll_timeout_ms: 300, connect_timeout_ms: 500, ..Config::default() };
    let behind = [proxy.target(&set.target(1))];
    let longest = Duration::from_secs(30);
    let replicas = Replicas::new(&config, &set.target(0), &behind, longest, &Clock::system());
    let used = async |wanted: bool| {
        until("the replica is as it should be", async || replicas.status().replicas[0].healthy == wanted)
            .await;
    };
    let test = async {
        used(true).await;
        // The watcher is led on once more; the connections that it opens for the reads hear nothing.
        proxy.leave_room_for(1);
        proxy.freeze();
        used(false).await;
        until("the watcher has come back", async || proxy.room() == 0).await;
        proxy.leave_room_for(usize::MAX);
        used(true).await;
    };
    tokio::select! {
        () = replicas.watch(Stop::new()) => panic!("the watcher ended"),
        () = test => {}
    }
    set.close().await.unwrap();
}
