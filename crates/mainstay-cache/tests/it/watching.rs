//! Which changes are told, and under which names, however tables are written, renamed or cut into parts. Never here: when
//! a node hears of it.

use mainstay_cache::coherence::{Applied, Config, Node, Tag};
use mainstay_cache::invalidation::{MIGRATIONS, Outbox};
use mainstay_db::embedded::{Cluster, SUPERUSER};
use mainstay_db::{Session, Target, migrate};
use mainstay_testing::{OwnCluster, TestDb, own_cluster, until};

use crate::invalidation::{WITHIN, poll, session};

const TABLE: &str = "create table note (owner bigint, id bigint, primary key (owner, id)); \
    select mainstay.cache_watch('note', 'owner', array['id'], most => 3)";

struct World {
    outbox: Outbox,
    psql: Session,
    _test: TestDb,
}

async fn world() -> World {
    let test = TestDb::migrated(&[&MIGRATIONS]).await.unwrap();
    let (outbox, psql) =
        (Outbox::connect(test.target(), WITHIN).await.unwrap(), session(test.target()).await);
    World { outbox, psql, _test: test }
}

impl World {
    async fn run(&self, sql: &str) {
        self.psql.batch_execute(sql).await.unwrap();
    }

    async fn refused(&self, sql: &str) -> String {
        let error = self.psql.batch_execute(sql).await.unwrap_err();
        error.as_db_error().map_or_else(String::new, |error| error.message().to_owned())
    }

    /// The tags that a statement tells of, by name.
    async fn told(&self, sql: &str) -> Vec<String> {
        let before = poll(&self.outbox, None).await.seen.snapshot;
        self.run(sql).await;
        names(poll(&self.outbox, Some(&before)).await.events.into_iter().flat_map(|event| event.tags))
    }
}

/// By hash alone; what is told of twice is named once.
fn names(tags: impl Iterator<Item = Tag>) -> Vec<String> {
    let rows = (1..=3).flat_map(|owner| (1..=30).map(move |id| format!("note:{owner}:{id}")));
    let owners = (1..=3).flat_map(|owner| [format!("note:{owner}"), format!("note:{owner}:*")]);
    let all: Vec<String> =
        ["note", "note:*"].map(str::to_owned).into_iter().chain(owners).chain(rows).collect();
    let told: Vec<String> = tags
        .map(|tag| all.iter().find(|name| Tag::named(name) == tag).expect("a tag of a known name").clone())
        .collect();
    all.into_iter().filter(|name| told.contains(name)).collect()
}

#[tokio::test]
async fn a_table_that_is_renamed_keeps_its_tags_until_it_is_watched_anew() {
    let world = world().await;
    world.run(TABLE).await;
    world.run("alter table note rename to remark").await;
    assert_eq!(world.told("insert into remark values (1, 1)").await, ["note", "note:1", "note:1:1"]);
    assert_eq!(world.told("truncate remark").await, ["note", "note:*"]);
    // What is kept under the old name is told of once more.
    assert_eq!(
        world.told("select mainstay.cache_watch('remark', 'owner', array['id'])").await,
        ["note", "note:*"]
    );
    let row = world.psql.query_one("select name, owner, key, most from mainstay.cache_watched", &[]).await;
    let row = row.unwrap();
    let name: String = row.get(0);
    let (owner, key, most): (String, Vec<String>, i32) = (row.get(1), row.get(2), row.get(3));
    assert_eq!((&*name, &*owner, &*key, most), ("remark", "owner", &["id".to_owned()][..], 256));
}

#[tokio::test]
async fn columns_whose_values_are_written_in_two_ways_are_refused() {
    let world = world().await;
    world
        .run(
            "create collation blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false); \
            create domain small as smallint; create domain smaller as small; \
            create table t (n numeric, c char(3), u uuid, v varchar(9), s smaller, b text collate blind, at timestamptz)",
        )
        .await;
    for bad in ["n", "c", "b", "at"] {
        let said = world.refused(&format!("select mainstay.cache_watch('t', '{bad}', array['u'])")).await;
        assert_eq!(
            said,
            format!(
                "the column {bad} of t cannot be part of a tag: what is equal there may be written in two ways"
            )
        );
        let said =
            world.refused(&format!("select mainstay.cache_watch('t', 'u', array['v', '{bad}'])")).await;
        assert!(said.starts_with(&format!("the column {bad} of t ")), "{said}");
    }
    let nothing = world.refused("select mainstay.cache_watch('t', 'u', '{}')").await;
    assert_eq!(nothing, "to watch t, its owner and at least one column of its key must be named");
    let absent = world.refused("select mainstay.cache_watch('t', 'u', array['x'])").await;
    assert_eq!(absent, "the table t has no column x");
    world.run("select mainstay.cache_watch('t', 's', array['u', 'v'])").await;
}

#[tokio::test]
async fn what_is_no_longer_watched_is_told_once_more() {
    let world = world().await;
    world.run(TABLE).await;
    assert_eq!(world.told("select mainstay.cache_unwatch('note')").await, ["note", "note:*"]);
    assert!(world.told("insert into note values (1, 1); truncate note").await.is_empty());
    let left = "select (select count(*) from mainstay.cache_watched) + (select count(*) from mainstay.cache_trigger)";
    assert_eq!(world.psql.query_one(left, &[]).await.unwrap().get::<_, i64>(0), 0);
}

#[tokio::test]
async fn each_table_has_a_function_of_its_own_and_the_last_to_go_takes_it_along() {
    let world = world().await;
    let functions = async || {
        let count = "select count(*) from mainstay.cache_function";
        world.psql.query_one(count, &[]).await.unwrap().get::<_, i64>(0)
    };
    world.run(TABLE).await;
    world.run("create table other (owner bigint, id bigint); select mainstay.cache_watch('other', 'owner', array['id'])").await;
    assert_eq!(functions().await, 2);
    // Of which the same is said.
    world
        .run(
            "create schema apart; create table apart.note (owner bigint, id bigint, primary key (owner, id))",
        )
        .await;
    world.run("select mainstay.cache_watch('apart.note', 'owner', array['id'], most => 3)").await;
    assert_eq!(functions().await, 2);
    world.run("select mainstay.cache_unwatch('apart.note')").await;
    assert_eq!(functions().await, 2);
    assert_eq!(world.told("insert into note values (1, 1)").await, ["note", "note:1", "note:1:1"]);
    // Said otherwise, its statements are others.
    world.run("select mainstay.cache_watch('note', 'owner', array['id'], most => 1)").await;
    assert_eq!(functions().await, 2);
    assert_eq!(world.told("insert into note values (1, 2), (1, 3)").await, ["note", "note:1", "note:1:*"]);
    world.run("drop table other; select mainstay.cache_unwatch('note')").await;
    assert_eq!(functions().await, 0);
}

#[tokio::test]
async fn whatever_columns_and_tables_are_called_they_are_told_of() {
    let world = world().await;
    let open = r#"create table "no'te%s" ("names" text, "tg_op" bigint, "ro""w%1$s" uuid, "owner" text, "key_1" text);
        select mainstay.cache_watch('"no''te%s"', 'names', array['tg_op', 'ro"w%1$s', 'key_1'])"#;
    world.run(open).await;
    let before = poll(&world.outbox, None).await.seen.snapshot;
    let id = "00000000-0000-0000-0000-00000000000a";
    world.run(&format!(r#"insert into "no'te%s" values ('\é', 7, '{id}', 'x', 'k')"#)).await;
    let events = poll(&world.outbox, Some(&before)).await.events;
    let named = ["no'te%s", "no'te%s:\\é", &format!("no'te%s:\\é:7:{id}:k")].map(Tag::named);
    assert_eq!(events.into_iter().flat_map(|event| event.tags).collect::<Vec<_>>(), named);
}

/// What a session has planned for one row serves for many, and the other way round.
#[tokio::test]
async fn statements_of_one_row_and_of_several_are_told_of_alike() {
    let world = world().await;
    world.run("create table note (owner bigint, id bigint)").await;
    world.run("select mainstay.cache_watch('note', 'owner', array['id'], most => 2)").await;
    for _ in 0..8 {
        assert_eq!(world.told("insert into note values (1, 1)").await, ["note", "note:1", "note:1:1"]);
        // Twice the same, which is one.
        assert_eq!(
            world.told("insert into note values (1, 1), (1, 1)").await,
            ["note", "note:1", "note:1:1"]
        );
        assert_eq!(
            world.told("update note set id = 2 where id = 1").await,
            ["note", "note:1", "note:1:1", "note:1:2"]
        );
        assert_eq!(world.told("insert into note values (2, null), (null, 1)").await, ["note", "note:2"]);
        assert_eq!(
            world.told("update note set owner = 3 where owner is null").await,
            ["note", "note:3", "note:3:1"]
        );
        assert_eq!(
            world.told("update note set owner = 2, id = 9 where owner = 3").await,
            ["note", "note:2", "note:3", "note:2:9", "note:3:1"]
        );
        let many = "insert into note select 1, n from generate_series(1, 20) as n";
        assert_eq!(world.told(many).await, ["note", "note:1", "note:1:*"]);
        let owners = "insert into note select n, n from generate_series(1, 3) as n";
        assert_eq!(world.told(owners).await, ["note", "note:*"]);
        assert_eq!(world.told("update note set id = id where false").await, [""; 0]);
        world.run("delete from note").await;
    }
}

#[tokio::test]
async fn who_writes_needs_no_right_on_what_is_told() {
    let world = world().await;
    world.run(TABLE).await;
    let role = format!("writer_{}", std::process::id());
    world.run(&format!("create role {role}; grant insert, select on note to {role}")).await;
    // Nor does it choose which functions run.
    let hostile = format!(
        "grant create on schema public to {role}; set role {role}; \
        create function public.format(text, text) returns text language sql as $$ select 'nonsense' $$; \
        set search_path = public, pg_catalog"
    );
    world.run(&hostile).await;
    let told = world.told("insert into note values (1, 1)").await;
    world.run(&format!("reset role; drop owned by {role}; drop role {role}")).await;
    assert_eq!(told, ["note", "note:1", "note:1:1"]);
}

#[tokio::test]
async fn sessions_of_the_role_replica_are_told_of() {
    let world = world().await;
    world.run(TABLE).await;
    world.run("set session_replication_role = replica").await;
    assert_eq!(
        world.told("insert into note values (1, 1), (2, 2)").await,
        ["note", "note:1", "note:2", "note:1:1", "note:2:2"]
    );
    assert_eq!(
        world.told("update note set owner = 3 where owner = 1").await,
        ["note", "note:1", "note:3", "note:1:1", "note:3:1"]
    );
    assert_eq!(world.told("delete from note where owner = 3").await, ["note", "note:3", "note:3:1"]);
    assert_eq!(world.told("truncate note").await, ["note", "note:*"]);
}

const PARTED: &str = "\
    create table note (owner bigint, id bigint, primary key (owner, id)) partition by range (id); \
    create table note_1 partition of note for values from (1) to (10); \
    select mainstay.cache_watch('note', 'owner', array['id']); \
    create table note_2 partition of note for values from (10) to (20)";

#[tokio::test]
async fn parts_of_a_table_are_told_as_the_table() {
    let world = world().await;
    world.run(PARTED).await;
    assert_eq!(world.told("insert into note values (1, 1)").await, ["note", "note:1", "note:1:1"]);
    assert_eq!(world.told("insert into note values (1, 11)").await, ["note", "note:1", "note:1:11"]);
    assert_eq!(world.told("insert into note_1 values (2, 2)").await, ["note", "note:2", "note:2:2"]);
    // Moved from one part into another.
    let moved = world.told("update note set id = 12 where id = 1").await;
    assert_eq!(moved, ["note", "note:1", "note:1:1", "note:1:12"]);
    // A part that is younger than the watch is told of by its own name after the next.
    assert!(world.told("insert into note_2 values (2, 13)").await.is_empty());
    world.run("select mainstay.cache_watch('note', 'owner', array['id'])").await;
    assert_eq!(world.told("insert into note_2 values (2, 14)").await, ["note", "note:2", "note:2:14"]);
    assert_eq!(world.told("truncate note_2").await, ["note", "note:*"]);
    let watched = "select count(*), min(watched::text) from mainstay.cache_watched";
    let row = world.psql.query_one(watched, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, &str>(1)), (1, "note"));
    // What no trigger sees, whoever does it tells.
    let rewritten = "begin; alter table note_2 disable trigger user; \
        update note_2 set owner = 3; select mainstay.cache_changed('note_2'); commit";
    assert_eq!(world.told(rewritten).await, ["note", "note:*"]);
}

#[tokio::test]
async fn rows_that_come_and_go_with_a_partition_begin_everything_anew() {
    let world = world().await;
    world.run(PARTED).await;
    world.run("insert into note values (1, 1), (1, 11); create table other (like note)").await;
    let node = Node::new(Config::default());
    let hear = async || {
        let asked = node.begin_poll(WITHIN);
        node.poll_answer(&asked, poll(&world.outbox, asked.since()).await)
    };
    assert_eq!(hear().await, Applied::Flushed);
    for change in [
        "alter table note detach partition note_1",
        "alter table note attach partition note_1 for values from (1) to (10)",
        "alter table note detach partition note_2 concurrently",
        "drop table note_1",
    ] {
        assert_eq!(hear().await, Applied::Events(0), "before {change}");
        world.run(change).await;
        assert_eq!(hear().await, Applied::Flushed, "{change}");
    }
    assert_eq!(hear().await, Applied::Events(0));
    // Of what is not watched any more nothing is told.
    world.run("select mainstay.cache_unwatch('note')").await;
    hear().await;
    world.run("create table note_3 partition of note for values from (20) to (30)").await;
    assert_eq!(hear().await, Applied::Events(0));
}

async fn logical() -> (OwnCluster, Cluster) {
    let mut own = own_cluster().await.unwrap();
    own.cluster.take().unwrap().stop().await.unwrap();
    let mut config = OwnCluster::config(own.folder());
    for (name, value) in [("wal_level", "logical"), ("max_wal_senders", "4"), ("max_replication_slots", "4")]
    {
        config.settings.insert(name.to_owned(), value.to_owned());
    }
    let cluster = Cluster::start(&config).await.unwrap();
    (own, cluster)
}

/// The apply writes rows, and knows no statements.
#[tokio::test]
async fn what_another_server_sends_is_told_of() {
    let (_own, cluster) = logical().await;
    let from = session(&cluster.target()).await;
    let table = "create table note (owner bigint, id bigint, primary key (owner, id))";
    from.batch_execute(&format!("{table}; create publication notes for table note")).await.unwrap();
    from.batch_execute("create database copy").await.unwrap();
    from.batch_execute("select pg_create_logical_replication_slot('notes', 'pgoutput')").await.unwrap();
    let target: Target = cluster.target().with_database("copy");
    migrate::run(&target, &[&MIGRATIONS]).await.unwrap();
    let (to, outbox) = (session(&target).await, Outbox::connect(&target, WITHIN).await.unwrap());
    to.batch_execute(TABLE).await.unwrap();
    let subscribe = format!(
        "create subscription notes connection 'host={} port={} user={SUPERUSER} dbname={}' publication notes \
        with (create_slot = false, slot_name = 'notes', copy_data = false)",
        cluster.socket_dir().display(),
        cluster.target().driver_config().get_ports()[0],
        cluster.target().database(),
    );
    to.batch_execute(&subscribe).await.unwrap();
    let told = async |sql: &str| {
        let before = poll(&outbox, None).await.seen.snapshot;
        from.batch_execute(sql).await.unwrap();
        let mut events = vec![];
        until("it has been applied", async || {
            events = poll(&outbox, Some(&before)).await.events;
            !events.is_empty()
        })
        .await;
        names(events.into_iter().flat_map(|event| event.tags))
    };
    assert_eq!(told("insert into note values (1, 1)").await, ["note", "note:1", "note:1:1"]);
    assert_eq!(told("update note set owner = 2").await, ["note", "note:1", "note:2", "note:1:1", "note:2:1"]);
    assert_eq!(told("delete from note").await, ["note", "note:2", "note:2:1"]);
    assert_eq!(told("truncate note").await, ["note", "note:*"]);
    to.batch_execute("alter subscription notes disable; alter subscription notes set (slot_name = none); drop subscription notes").await.unwrap();
    cluster.stop().await.unwrap();
}
