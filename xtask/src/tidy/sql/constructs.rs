//! Words that not every server of PostgreSQL's kind understands, or that mean something else behind a pooler or on
//! several machines: each with what to write instead, and with the rooms whose trade it is.

use super::text::{self, Statement};
use super::{Found, judge};
use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "data rules 1 and 3 to 8",
    name: "SQL that one server alone understands stays in its room",
    remedy: "the rooms that may, and why, are listed in xtask/src/tidy/sql/constructs.rs",
    check: Check::File(check),
};

/// Excuses pages by number.
pub(super) const OFFSET: &str = "offset";

/// Words that follow each other, what to write instead, and where they may stand.
struct Construct {
    words: &'static [&'static [&'static str]],
    instead: &'static str,
    rooms: &'static [(&'static str, &'static str)],
}

/// Not the application's code.
const TOOLS: [&str; 3] = ["bench/", "crates/mainstay-testing/", "xtask/"];

/// Where notifications are sent and listened to.
const WORDS: (&str, &str) = (
    "crates/mainstay-jobs/src/store",
    "words that only shorten the wait, on a connection of their own and never in a user's transaction",
);

const CONSTRUCTS: [Construct; 15] = [
    Construct {
        words: &[
            &["serial"],
            &["bigserial"],
            &["create", "sequence"],
            &["nextval", "("],
            &["int", "generated"],
            &["integer", "generated"],
        ],
        instead: "an id is a UUIDv7 of the application, or `bigint generated always as identity`",
        rooms: &[],
    },
    Construct {
        words: &[&["gen_random_uuid", "("], &["uuidv7", "("], &["uuid_generate_v4", "("]],
        instead: "the application makes the id and passes it",
        rooms: &[("crates/mainstay-cache/", "a life of the server begins without the application")],
    },
    Construct {
        words: &[
            &["now", "("],
            &["current_timestamp"],
            &["localtimestamp"],
            &["current_date"],
            &["clock_timestamp", "("],
            &["statement_timestamp", "("],
            &["transaction_timestamp", "("],
            &["random", "("],
        ],
        instead: "pass the instant or the number as a parameter: `:now`",
        rooms: &[
            ("crates/mainstay-db/", "its own history and the server's ages are by the server's clock"),
            (
                "crates/mainstay-cache/",
                "changes are told by whoever makes them, and pruned by the same clock",
            ),
            ("crates/mainstay-jobs/", "clocks of processes differ: all times of jobs are the server's"),
            ("crates/mainstay-events/", "and all times of events"),
        ],
    },
    Construct {
        words: &[&["pg_notify", "("]],
        instead: "poll; a notification may only shorten the wait, and it passes no pooler",
        rooms: &[WORDS],
    },
    Construct {
        words: &[
            &["pg_advisory_lock", "("],
            &["pg_advisory_lock_shared", "("],
            &["pg_advisory_xact_lock", "("],
            &["pg_try_advisory_lock", "("],
            &["pg_try_advisory_xact_lock", "("],
            &["pg_advisory_unlock", "("],
        ],
        instead: "lock a row (`for no key update`), or keep a lease in a row",
        rooms: &[
            ("crates/mainstay-db/src/migrate/", "one runner at a time, on a session of its own"),
            ("crates/mainstay-db/src/partitions/", "one keeper at a time, on a session of its own"),
            ("crates/mainstay-db/src/advisor/", "one builder of indexes at a time, on a session of its own"),
            ("crates/mainstay-cache/", "one pruning at a time; who comes second does nothing"),
            ("crates/mainstay-jobs/src/lock/", "turns of short transactions, which no row stands for"),
        ],
    },
    Construct {
        words: &[&["lock", "table"]],
        instead: "lock rows",
        rooms: &[
            ("crates/mainstay-db/src/partitions/", "a month is locked for the moment in which it goes"),
            ("app/server/migrations/0014_stream_months.sql", "nobody writes rows while they are copied"),
            (
                "crates/mainstay-cache/src/operations/clear.sql",
                "who has read the name of a life is not to commit after it has ended; readers take no row's lock",
            ),
        ],
    },
    Construct {
        words: &[
            &["create", "trigger"],
            &["create", "constraint", "trigger"],
            &["create", "or", "replace", "trigger"],
            &["create", "function"],
            &["create", "or", "replace", "function"],
            &["create", "procedure"],
        ],
        instead: "write the rule in the feature, in the transaction that changes the row",
        rooms: &[
            ("crates/mainstay-cache/", "a change by psql or another program must be told too"),
            (
                "crates/mainstay-jobs/migrations/0009_job_ahead.sql",
                "a condition of many statements, read by the planner in each of them",
            ),
        ],
    },
    Construct {
        words: &[
            &["exclude", "using"],
            &["deferrable"],
            &["initially", "deferred"],
            &["using", "gist"],
            &["using", "spgist"],
        ],
        instead: "a unique key or a check that holds at once, over B-trees and GIN alone",
        rooms: &[],
    },
    Construct {
        words: &[
            &["create", "rule"],
            &["create", "or", "replace", "rule"],
            &["inherits", "("],
            &["create", "type"],
            &["create", "domain"],
        ],
        instead: "a plain table; for a set of words `text` with a check",
        rooms: &[],
    },
    Construct {
        words: &[
            &["create", "temp"],
            &["create", "temporary"],
            &["create", "unlogged"],
            &["with", "hold"],
            &["create", "global", "temporary"],
            &["create", "local", "temporary"],
        ],
        instead: "a common table expression or a parameter: nothing that a session must keep",
        rooms: &[("crates/mainstay-cache/", "what a crash empties tells that it was one")],
    },
    Construct {
        words: &[&["select", "*"], &[".", "*"], &["returning", "*"]],
        instead: "name the columns: a new one must not change what a running process reads",
        rooms: &[("crates/mainstay-db/src/partitions/", "a month is moved and exported whole")],
    },
    Construct {
        words: &[&["offset"]],
        instead: "a page goes on from a keyset cursor: `where (a, b) < (:before_a, :before_b)`",
        rooms: &[],
    },
    Construct {
        words: &[
            &["hypopg_create_index", "("],
            &["hypopg_relation_size", "("],
            &["create_hypertable", "("],
            &["create_parent", "("],
        ],
        instead: "ask the platform (mainstay_db::advisor, partitions), which first asks whether it is there",
        rooms: &[
            ("crates/mainstay-db/src/advisor/", "asks first"),
            ("crates/mainstay-db/src/partitions/", "finds who keeps the months, and names what they offer"),
        ],
    },
    Construct {
        words: &[&["pg_stat_statements"]],
        instead: "ask mainstay_db::insight, which first asks whether it is there",
        rooms: &[("crates/mainstay-db/src/", "asks first")],
    },
    Construct {
        words: &[
            &["pg_current_wal_lsn", "("],
            &["pg_current_wal_insert_lsn", "("],
            &["pg_last_wal_replay_lsn", "("],
            &["pg_last_wal_receive_lsn", "("],
            &["pg_is_in_recovery", "("],
        ],
        instead: "read through `Db::read`, which knows what each replica has",
        rooms: &[
            ("crates/mainstay-db/src/replicas/", "probes the server when it begins"),
            ("crates/mainstay-db/src/db/", "tells what the server is"),
            ("crates/mainstay-jobs/src/store/origin.sql", "whether another server has taken over"),
        ],
    },
];

/// What begins a statement about a session, and not one about rows.
const SESSION: [&str; 5] = ["set", "reset", "prepare", "deallocate", "discard"];

/// Whose sessions are their own, set up once and given to nobody.
const OWN_SESSIONS: [&str; 3] = [
    "crates/mainstay-db/src/",
    "crates/mainstay-cache/src/invalidation/outbox.rs",
    "crates/mainstay-jobs/src/store.rs",
];

fn check(file: &SourceFile) -> Vec<Finding> {
    if TOOLS.iter().any(|tool| file.path.starts_with(tool)) || file.path.starts_with("docs/") {
        return vec![];
    }
    let statements = text::statements(file);
    let offset = |statement: &Statement| find(file, statement, |construct| construct.words == [&[OFFSET]]);
    let others = |statement: &Statement| {
        let mut found = find(file, statement, |construct| construct.words != [&[OFFSET]]);
        found.extend(sessions(file, statement));
        found.extend(wake_up(file, statement));
        found.extend(levels(statement));
        found
    };
    let mut findings = judge(file, &statements, OFFSET, offset);
    findings.extend(judge(file, &statements, "construct", others));
    findings
}

fn find(file: &SourceFile, statement: &Statement, is_asked: impl Fn(&Construct) -> bool) -> Vec<Found> {
    let may_not =
        |construct: &&Construct| !construct.rooms.iter().any(|(room, _)| file.path.starts_with(room));
    let mut found = Vec::new();
    for construct in CONSTRUCTS.iter().filter(|construct| is_asked(construct)).filter(may_not) {
        for words in construct.words {
            found.extend(statement.places(words).map(|place| {
                let what = words.join(" ").replace(" (", "()").replace(". *", ".*");
                (statement.words[place].line, format!("`{what}`: {}", construct.instead))
            }));
        }
    }
    found
}

/// Settings outlive a transaction and statements that the server knows by name outlive a pooled session.
fn sessions(file: &SourceFile, statement: &Statement) -> Option<Found> {
    let (verb, next) = (statement.at(0), statement.at(1));
    let is_local = verb == "set" && matches!(next, "local" | "transaction" | "constraints");
    let is_own = OWN_SESSIONS.iter().any(|room| file.path.starts_with(room));
    if SESSION.contains(&verb) && !is_local && !is_own {
        let what =
            format!("`{verb}`: settings are `set local`, and the driver prepares statements by the protocol");
        return Some((statement.words[0].line, what));
    }
    // The third word of `set_config(name, value, is_local)`.
    let place = statement.places(&["set_config", "("]).next()?;
    let is_local = statement.parts(place + 1).last().is_some_and(|last| statement.at(last.start) == "true");
    (!is_local && !is_own).then(|| {
        (statement.words[place].line, "`set_config()` past the transaction: `true` at its end".to_owned())
    })
}

/// `notify a`, `listen a`; a single word is a text of another kind.
fn wake_up(file: &SourceFile, statement: &Statement) -> Option<Found> {
    let is_one = matches!(statement.at(0), "notify" | "listen" | "unlisten")
        && (2..=4).contains(&statement.words.len());
    let what = format!(
        "`{}`: poll; a notification may only shorten the wait, and it passes no pooler",
        statement.at(0)
    );
    let is_room = file.path.starts_with(WORDS.0);
    (is_one && !is_room).then(|| (statement.words[0].line, what))
}

/// A partition that is partitioned again.
fn levels(statement: &Statement) -> Option<Found> {
    let is_part = statement.has(&["partition", "of"]);
    let place = statement.places(&["partition", "by"]).next().filter(|_| is_part)?;
    let is_window = place > 0 && statement.at(place - 1) == "(";
    (!is_window)
        .then(|| (statement.words[place].line, "partitions of partitions: one level is enough".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<String> {
        check(&SourceFile::new(path, text)).into_iter().map(|finding| finding.message).collect()
    }

    const QUERIES: &str = "app/server/src/features/plan/queries.sql";

    /// One that breaks it for every group, one that keeps it.
    #[test]
    fn each_construct_is_found_and_what_stands_for_it_passes() {
        for (bad, good) in [
            ("create table a (id bigserial);", "create table a (id bigint generated always as identity);"),
            ("insert into a (id) values (gen_random_uuid());", "insert into a (id) values (:id);"),
            ("update a set at = now();", "update a set at = :now;"),
            ("select pg_notify('a', 'b');", "select 'notify';"),
            ("listen a;", "listen;"),
            ("select pg_advisory_xact_lock(1);", "select id from a for no key update;"),
            ("lock table a;", "select id from a for update;"),
            ("create trigger a before insert on b execute function c();", "-- create trigger a\nselect 1;"),
            ("create table a (b int, exclude using hash (b with =));", "create index a on b using gin (c);"),
            ("create table a (b int) inherits (c);", "create table a (b int);"),
            ("create type a as enum ('b');", "create table a (b text check (b in ('c')));"),
            ("create temp table a (b int);", "with a as materialized (select 1) select 2;"),
            ("select a.* from a;", "select count(*) from a where b * 2 > 1;"),
            ("select a from b offset :c;", "select a from b where c < :c limit :d;"),
            ("select hypopg_create_index('a');", "select 'hypopg_create_index(a)';"),
            ("select calls from pg_stat_statements;", "select a from b;"),
            ("select pg_last_wal_replay_lsn();", "select a from b;"),
            ("set work_mem = '1GB';", "set local work_mem = '1GB';"),
            ("prepare a as select 1;", "select prepare from a;"),
            ("select set_config('a', 'b', false);", "select set_config('a', 'b', true);"),
            (
                "create table a partition of b for values in (1) partition by range (c);",
                "create table a (c int) partition by range (c);",
            ),
        ] {
            assert_eq!(findings(QUERIES, bad).len(), 1, "{bad}: {:?}", findings(QUERIES, bad));
            assert_eq!(findings(QUERIES, good), Vec::<String>::new(), "{good}");
        }
        let windows = "select sum(a) over (partition by b) from c;";
        assert!(findings(QUERIES, windows).is_empty());
    }

    #[test]
    fn texts_in_code_are_read_and_rooms_are_left_alone() {
        let code = "fn a() { run(\"select pg_try_advisory_lock($1)\"); }\n";
        assert_eq!(findings("app/server/src/a.rs", code).len(), 1);
        assert!(findings("crates/mainstay-db/src/migrate/lock.rs", code).is_empty());
        for words in ["select pg_notify('a', 'b')", "listen a"] {
            assert_eq!(findings("crates/mainstay-jobs/src/enqueue.sql", words).len(), 1, "{words}");
            assert!(findings("crates/mainstay-jobs/src/store/notify.sql", words).is_empty(), "{words}");
        }
        let session = "fn a() { run(\"set lock_timeout = 0\"); }\n";
        assert_eq!(findings("crates/mainstay-http/src/a.rs", session).len(), 1);
        assert!(findings("crates/mainstay-db/src/db.rs", session).is_empty());
    }

    #[test]
    fn pages_by_number_say_why() {
        let text = "-- tidy: offset, clients ask for page 7\nselect a from b offset :c limit :d;\n";
        assert!(findings(QUERIES, text).is_empty());
    }
}
