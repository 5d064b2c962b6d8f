//! A shop's database with a workload that has run. Never here: what the advisor should say of it.

use std::time::Duration;

use mainstay_db::{Session, Target};
use mainstay_testing::TestDb;

/// Customers, orders and notes. Orders have surplus indexes: a duplicate, a beginning of another, one that nobody
/// reads.
const TABLES: &str = "
    create extension pg_stat_statements;
    create table customer (
        id bigint generated always as identity, email text not null, tenant_id int not null, joined_at timestamptz not null,
        constraint customer_pkey primary key (id)
    );
    create table orders (
        id bigint generated always as identity, tenant_id int not null, customer_id bigint not null,
        state text not null, total numeric not null, created_at timestamptz not null, deleted_at timestamptz,
        labels jsonb not null,
        constraint orders_pkey primary key (id)
    );
    create table goal (id bigint, user_id bigint not null, created_at timestamptz not null,
        constraint goal_pkey primary key (id));
    create table small (id int, word text);
";

const ROWS: &str = "
    insert into customer (email, tenant_id, joined_at)
        select 'c' || n || '@example.org', n % 128, timestamptz '2024-01-01' + n * interval '1 minute'
        from generate_series(1, {customers}) as n;
    insert into orders (tenant_id, customer_id, state, total, created_at, deleted_at, labels)
        select hashint4(n) & 127, 1 + (hashint4(-n) & 2147483647) % {customers}, (array['open', 'paid', 'sent', 'kept'])[1 + n % 4],
            n % 997, timestamptz '2024-01-01' + n * interval '30 seconds',
            case when n % 10 = 0 then timestamptz '2025-01-01' end, '{}'
        from generate_series(1, {rows}) as n;
    insert into goal select n, n % 1000, timestamptz '2024-01-01' + n * interval '1 hour' from generate_series(1, 20000) as n;
    insert into small select n, 'w' from generate_series(1, 100) as n;
    create index orders_total_idx on orders (total) where total > 990;
    create index goal_user_created on goal (user_id, created_at);
    create index goal_user on goal (user_id);
    create index goal_created on goal (created_at);
    create index goal_created_again on goal (created_at);
";

/// Each statement with how often it runs. Values are parameters, as an application sends them.
const WORKLOAD: [(&str, usize); 7] = [
    (
        "select /* orders.list_orders pipelined */ id, total from orders \
      where tenant_id = 17 and deleted_at is null order by created_at desc limit 50",
        6,
    ),
    (
        "select /* orders.of_customer pipelined */ id, total from orders \
      where customer_id = 4711 and deleted_at is null",
        6,
    ),
    (
        "select /* orders.in_span pooled */ count(*) from orders \
      where tenant_id = 3 and created_at >= '2024-03-01' and created_at < '2024-03-02' and deleted_at is null",
        4,
    ),
    ("select /* customers.by_email pipelined */ id from customer where email = 'c77@example.org'", 20),
    (
        "select /* orders.with_customer pooled */ o.id, c.email from customer as c \
      inner join orders as o on c.id = o.customer_id \
      where c.email = 'c99@example.org' and o.deleted_at is null",
        4,
    ),
    ("select /* orders.find pipelined */ total from orders where id = 12345", 20),
    ("select word from small where id = 5", 3),
];

/// A database of its own in which the workload has run.
pub(super) struct Shop {
    db: TestDb,
    pub(super) session: Session,
}

impl Shop {
    /// With so many orders, and HypoPG.
    pub(super) async fn open(rows: usize) -> Self {
        let shop = Self::without_hypopg(rows).await;
        let installed = shop.session.batch_execute("create extension hypopg").await;
        installed.expect(
            "HypoPG is missing on the test server: script/test installs it (postgresql-15-hypopg on Debian)",
        );
        shop
    }

    /// With so many orders.
    pub(super) async fn without_hypopg(rows: usize) -> Self {
        let db = TestDb::empty().await.unwrap();
        let session = Session::connect(db.target(), "shop", Duration::from_secs(10)).await.unwrap();
        let fill = ROWS.replace("{rows}", &rows.to_string()).replace("{customers}", &(rows / 10).to_string());
        session.batch_execute(TABLES).await.unwrap();
        session.batch_execute(&fill).await.unwrap();
        // What filled it is no part of the workload.
        let told = "do $$ begin perform pg_stat_force_next_flush(); exception when undefined_function then null; end $$";
        for step in ["analyze", told, "select pg_stat_reset()"] {
            session.batch_execute(step).await.unwrap();
        }
        let forget = "select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0)";
        session.batch_execute(forget).await.unwrap();
        for (statement, times) in WORKLOAD {
            for _ in 0..times {
                session.simple_query(statement).await.unwrap();
            }
        }
        Self { db, session }
    }

    /// Runs a text in the shop.
    pub(super) async fn run(&self, sql: &str) {
        self.session.batch_execute(sql).await.unwrap();
    }

    /// The one number that a question is answered with.
    pub(super) async fn number(&self, sql: &str) -> i64 {
        self.session.query_one(sql, &[]).await.unwrap().get(0)
    }

    pub(super) fn target(&self) -> &Target {
        self.db.target()
    }
}
