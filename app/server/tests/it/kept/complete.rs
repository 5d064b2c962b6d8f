//! The one thing that the cache's promise takes for granted: that the tags of an answer name all that it is made from. Each
//! kept read is held against every table that its statements name, and every column of it. A read without a case here fails.

use mainstay_db::Session;
use paceline::answers::{self, ALL};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::seed::{self, Seed};
use crate::world::{Athlete, World};

/// Where a kept read is asked for.
pub(super) fn path(name: &str, activity: Uuid) -> String {
    match name {
        "activities" => "/v1/activities?limit=5".to_owned(),
        "summary" => "/v1/activities/summary?days=30".to_owned(),
        "activity" => format!("/v1/activities/{activity}"),
        "trends" => "/v1/analytics/efficiency-trends?days=30&include_stability=true".to_owned(),
        "load" => "/v1/training-load/current".to_owned(),
        "load_history" => "/v1/training-load/history?days=30".to_owned(),
        "profile" => "/v1/athletes/me".to_owned(),
        "personal_bests" => "/v1/athletes/me/personal-bests".to_owned(),
        // Its path is not kept itself.
        answers::SESSIONS => "/v1/auth/me".to_owned(),
        other => panic!("{other} is kept, and nothing here says where it is asked for"),
    }
}

/// A table of Paceline, as the catalogue says it.
struct Table {
    name: String,
    /// All that a statement may set.
    columns: Vec<String>,
}

/// The column that says whose a row is.
fn owner(table: &str) -> &'static str {
    if table == "athlete" { "id" } else { "athlete_id" }
}

impl Table {
    /// What is done to an athlete's rows, one after the other, so that they are in the end as before. Every column is
    /// written; that its value is the same says nothing to a trigger.
    fn changes(&self, who: Uuid, other: Uuid) -> Vec<(String, String)> {
        let Self { name, columns } = self;
        let (owner, all) = (owner(name), columns.join(", "));
        let mine = format!("{owner} = '{who}'");
        let update = |column: &String| {
            (
                format!("update of {name}.{column}"),
                format!("update {name} set {column} = {column} where {mine}"),
            )
        };
        let mut changes: Vec<_> = columns.iter().map(update).collect();
        let does = [
            ("a move away from", format!("update {name} set {owner} = '{other}' where {mine}")),
            ("a move back to", format!("update {name} set {owner} = '{who}' where {owner} = '{other}'")),
            (
                "a deletion from",
                format!(
                    "with gone as (delete from {name} where {mine} returning *) insert into kept_{name} select * from gone"
                ),
            ),
            (
                "an insertion into",
                format!("insert into {name} ({all}) overriding system value select {all} from kept_{name}"),
            ),
        ];
        changes.extend(does.into_iter().map(|(what, sql)| (format!("{what} {name}"), sql)));
        changes
    }
}

/// Every table of Paceline. Foreign keys would have a change of one table change others.
async fn catalogue(session: &Session) -> Vec<Table> {
    let keys = "select format('alter table %s drop constraint %I', conrelid::regclass, conname) \
        from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace and conparentid = 0";
    for row in session.query(keys, &[]).await.unwrap() {
        session.batch_execute(row.get(0)).await.unwrap();
    }
    let sql = "select relname::text, array_agg(attname::text order by attnum) \
        from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped and attgenerated = '' \
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition group by relname";
    let tables: Vec<Table> = session
        .query(sql, &[])
        .await
        .unwrap()
        .iter()
        .map(|row| Table { name: row.get(0), columns: row.get(1) })
        .collect();
    for Table { name, .. } in &tables {
        session
            .batch_execute(&format!("create table kept_{name} as select * from {name} limit 0"))
            .await
            .unwrap();
    }
    tables
}

/// An athlete with a row in every table that an answer is made from.
pub(super) async fn athlete(world: &World) -> (Athlete, Uuid) {
    let who = world.athlete("UTC").await;
    let id = seed::activity(world, who, Seed::default()).await;
    seed::analysis(world, who, id, Some(1.5), serde_json::json!([]), Some(60.0), Some("pace")).await;
    seed::source(world, who, id, b"a file", "a.fit").await;
    seed::split(world, who, id, 1, 1_000.0).await;
    seed::effort(world, who, id, 5_000.0, 1_500.0).await;
    (who, id)
}

async fn execute(world: &World, sql: &str) -> u64 {
    let nothing: &[&(dyn ToSql + Sync)] = &[];
    let done = world.db.db().transaction(|tx| async move { tx.execute(sql, nothing).await }).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error:?}"))
}

/// Words of a statement; a table that it reads is one of them.
fn names(text: &str, table: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|word| word == table)
}

#[tokio::test]
async fn whatever_an_answer_is_made_from_ends_it() {
    let world = World::without_importer().await;
    let (robin, activity) = athlete(&world).await;
    let (kim, _) = athlete(&world).await;
    world.keeps_answers().await;
    let session = Session::connect(world.db.target(), "test", crate::world::PATIENCE).await.unwrap();
    let tables = catalogue(&session).await;
    let nobody = Uuid::max();
    let mut survived = Vec::new();
    for name in ALL.iter().map(|read| read.name).chain([answers::SESSIONS]) {
        let path = path(name, activity);
        let read = async || {
            let before = world.reads(name).0;
            let answer = world.get(robin, &path).await;
            (world.reads(name).0 > before, answer.status.as_u16())
        };
        // What it reads, by the texts of its statements.
        execute(&world, &format!("update athlete set id = id where id = '{}'", robin.id)).await;
        execute(&world, &format!("update activity set id = id where athlete_id = '{}'", robin.id)).await;
        let before = world.db.statements().await.unwrap();
        assert_eq!(read().await, (true, 200), "{name}");
        let asked = world.db.statements().await.unwrap().since(&before).to_string();
        // Who asks is looked up by one statement, whose answer is kept by itself.
        let is_own = |line: &&str| line.contains("login_session") == (name == answers::SESSIONS);
        let asked: Vec<&str> = asked.lines().filter(is_own).collect();
        let is_read = |table: &&Table| asked.iter().any(|line| names(line, &table.name));
        let read_from: Vec<&Table> = tables.iter().filter(is_read).collect();
        assert!(!read_from.is_empty(), "{name} reads nothing: {asked:?}");
        for table in read_from {
            for (what, sql) in table.changes(robin.id, nobody) {
                read().await;
                let (is_read, status) = read().await;
                // What is not there is not kept.
                assert!(!is_read || status == 404, "{name} is not kept: nothing could be said of {what}");
                assert!(execute(&world, &sql).await > 0, "{what} changes nothing");
                let (is_read, status) = read().await;
                // Without the athlete there is nobody to ask.
                let is_nobody = status == 401 && name != answers::SESSIONS;
                if !is_read && !is_nobody {
                    survived.push(format!("{name} survives {what}"));
                }
            }
            let Table { name: table, .. } = table;
            let of_kim = format!("update {table} set {0} = {0} where {0} = '{1}'", owner(table), kim.id);
            execute(&world, &of_kim).await;
            assert!(!read().await.0, "{name} ends with a row of somebody else in {table}");
            execute(&world, &format!("delete from kept_{table}")).await;
        }
    }
    assert!(survived.is_empty(), "{survived:#?}");
    drop(session);
    world.close().await;
}
