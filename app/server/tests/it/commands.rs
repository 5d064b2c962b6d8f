//! The commands as a shell sees them: what they refuse, what they say of it, and with which exit code.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use mainstay_db::{Session, Target, embedded, migrate};
use mainstay_testing::{TestDb, own_cluster, replica_set, until};
use paceline::schema;
use tempfile::TempDir;

use crate::process::{Paceline, Signal, binary, fed, login, on, said};
use crate::world::{PASSWORD, PATIENCE, SECRET, sets};

/// A folder that the account of a private PostgreSQL may enter.
fn folder() -> TempDir {
    folder_with(0o711)
}

fn folder_with(mode: u32) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
    folder
}

fn run(command: &mut Command, arguments: &str) -> (i32, String, String) {
    said(&command.args(arguments.split_whitespace()).output().unwrap())
}

#[test]
fn commands_that_work_beside_a_service_do_not_make_an_installation() {
    let world = folder();
    for arguments in ["import . --athlete a@example.org", "recompute", "account create a@example.org"] {
        let mut command = binary(world.path());
        command.args(arguments.split_whitespace());
        let (code, stdout, stderr) = said(&fed(&mut command, PASSWORD));
        assert_eq!((code, stdout.as_str()), (78, ""), "{arguments}: {stderr}");
        let looked_at = world.path().join("data");
        for word in [looked_at.to_str().unwrap(), "--data DIR", "DATABASE_URL", "default"] {
            assert!(stderr.contains(word), "{arguments}: {stderr}");
        }
        assert_eq!(std::fs::read_dir(world.path()).unwrap().count(), 0, "{arguments} made something");
    }
    // A folder that is there and holds no cluster is no installation either.
    let (code, _, stderr) = run(&mut binary(world.path()), "recompute --data .");
    assert!(code == 78 && stderr.contains("flag --data"), "{code} {stderr}");
}

#[tokio::test]
async fn a_fault_has_one_exit_code_whichever_command_meets_it() {
    let fresh = TestDb::empty().await.unwrap();
    let migrated = TestDb::migrated(&sets(&schema::migrations())).await.unwrap();
    let newer = TestDb::migrated(&sets(&schema::migrations())).await.unwrap();
    let tx = newer.db().write().await.unwrap();
    let sql = "insert into mainstay.migration (history, version, name, checksum, applied_at, took_ms) \
        select history, 9999, 'later', checksum, applied_at, took_ms from mainstay.migration limit 1";
    tx.execute(sql, &[]).await.unwrap();
    tx.commit().await.unwrap();
    let absent = migrated.target().with_database("no_such_database");
    let role = Role::new(&fresh).await;
    let at = |target: &Target| {
        let url = target.url().expose().to_owned();
        move |command: &mut Command| {
            command.env("DATABASE_URL", url.clone());
        }
    };
    let nobody = |command: &mut Command| {
        command.env("DATABASE_URL", "postgres://a@127.0.0.1:1/x");
    };
    let no_secret = |command: &mut Command| {
        command.env_remove("PACELINE_AUTH__TOKEN_SECRET");
    };
    // As Kubernetes sets it for a service of our name.
    let unknown_key = |command: &mut Command| {
        command.env("PACELINE_SERVICE_HOST", "10.0.0.1");
    };
    type Fault<'a> = (&'a str, i32, &'a dyn Fn(&mut Command));
    let faults: [Fault<'_>; 6] = [
        ("no such database", 78, &at(&absent)),
        ("a newer database", 78, &at(newer.target())),
        ("a role without rights", 78, &at(&role.target)),
        ("no answer", 1, &nobody),
        ("no secret", 78, &no_secret),
        ("an unknown key", 78, &unknown_key),
    ];
    for (fault, expected, make) in faults {
        for arguments in ["serve --listen 127.0.0.1:0", "migrate", "recompute", "check"] {
            let mut command = on(&migrated);
            command.env("PACELINE_DATABASE__CONNECT_RETRY_FOR_MS", "0");
            make(&mut command);
            let (code, stdout, stderr) = run(&mut command, arguments);
            assert_eq!(code, expected, "{arguments} with {fault}: {stdout}{stderr}");
        }
    }
    role.drop().await;
}

#[tokio::test]
async fn advice_on_indexes_says_what_it_needs_and_makes_it_when_told() {
    let db = TestDb::migrated(&sets(&schema::migrations())).await.unwrap();
    let (code, stdout, stderr) = run(&mut on(&db), "db advise");
    assert_eq!((code, stdout.as_str()), (78, ""), "{stderr}");
    for word in ["create extension pg_stat_statements", "shared_preload_libraries", "--prepare"] {
        assert!(stderr.contains(word), "{stderr}");
    }
    let (code, stdout, stderr) = run(&mut on(&db), "db advise --prepare --json --limit 3");
    assert_eq!(code, 0, "{stderr}");
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    for field in ["recommendations", "surplus", "statements", "notes"] {
        assert!(report[field].is_array(), "{stdout}");
    }
    // The tables are empty: nothing to build, and that is no failure.
    let (code, stdout, stderr) = run(&mut on(&db), "db advise --apply");
    assert!(code == 0 && stdout.contains("No index to build."), "{code} {stdout}{stderr}");
    let (code, _, stderr) = run(&mut on(&db), "db advise --limit 0");
    assert_eq!(code, 2, "{stderr}");
}

/// Values that can be read and cannot be, each with the key that is to blame: one for each kind of rule.
const CANNOT_BE: [(&str, &str, &str); 55] = [
    ("AUTH__TOKEN_SECRET", "short", "auth.token_secret"),
    ("AUTH__FORMER_TOKEN_SECRET", "short", "auth.former_token_secret"),
    ("LOG__LEVEL", "bogus===", "log.level"),
    ("LOG__LEVEL", "inof", "log.level"),
    ("HTTP__PUBLIC_URL", "app.example.org", "http.public_url"),
    ("HTTP__CONNECTIONS__MAX", "0", "http.connections.max"),
    ("HTTP__CONNECTIONS__HEADER_TIMEOUT", "0s", "http.connections.header_timeout"),
    ("HTTP__CONNECTIONS__IDLE_TIMEOUT", "1ms", "http.connections.idle_timeout"),
    ("HTTP__CONNECTIONS__BODY_IDLE_TIMEOUT", "0s", "http.connections.body_idle_timeout"),
    ("HTTP__CONNECTIONS__WRITE_TIMEOUT", "0s", "http.connections.write_timeout"),
    ("HTTP__CONNECTIONS__MAX_HEADER_BYTES", "1 KiB", "http.connections.max_header_bytes"),
    ("HTTP__CONNECTIONS__MAX_HEADERS", "1", "http.connections.max_headers"),
    ("HTTP__CONNECTIONS__MAX_STREAMS", "0", "http.connections.max_streams"),
    ("HTTP__REQUESTS__TIMEOUT", "0s", "http.requests.timeout"),
    ("HTTP__REQUESTS__MAX_CONCURRENT", "0", "http.requests.max_concurrent"),
    ("HTTP__REQUESTS__BODY_LIMIT", "0 B", "http.requests.body_limit"),
    ("HTTP__REQUESTS__BODY_CEILING", "1 MiB", "import.max_upload_bytes"),
    ("HTTP__BROWSER__ALLOWED_ORIGINS", "['*']", "http.browser.allowed_origins"),
    ("HTTP__BROWSER__PERMISSIONS_POLICY", "a\nb", "http.browser.permissions_policy"),
    ("HTTP__PAGES__DEFAULT", "0", "http.pages.default"),
    ("HTTP__PAGES__MAX", "10001", "http.pages.max"),
    ("HTTP__PAGES__MAX_OFFSET", "0", "http.pages.max_offset"),
    ("HTTP__PASSWORDS__MEMORY_KIB", "1", "http.passwords.memory_kib"),
    ("HTTP__PASSWORDS__PASSES", "0", "http.passwords.passes"),
    ("HTTP__PASSWORDS__LANES", "0", "http.passwords.lanes"),
    ("HTTP__PASSWORDS__MAX_CONCURRENT", "0", "http.passwords.max_concurrent"),
    ("HTTP__TOKENS__ACCESS_LIFE", "0s", "http.tokens.access_life"),
    ("HTTP__TOKENS__REFRESH_LIFE", "30s", "http.tokens.refresh_life"),
    ("HTTP__HEALTH__TIMEOUT", "0s", "http.health.timeout"),
    ("DATABASE__URL", "postgres://a@b?sslmode=require", "database.url"),
    ("DATABASE__POOL_MAX", "0", "database.pool_max"),
    ("DATABASE__POOL_READ_MAX", "0", "database.pool_read_max"),
    ("DATABASE__ACQUIRE_TIMEOUT_MS", "0", "database.acquire_timeout_ms"),
    ("DATABASE__STATEMENT_TIMEOUT_MS", "0", "database.statement_timeout_ms"),
    ("DATABASE__APPLICATION_NAME", "", "database.application_name"),
    ("DATABASE__MIGRATE__LOCK_TRIES", "0", "database.migrate.lock_tries"),
    ("DATABASE__POOL_MAX", "60", "embedded.max_connections"),
    ("EMBEDDED__MAX_CONNECTIONS", "5", "embedded.max_connections"),
    ("EMBEDDED__SHARED_BUFFERS_MB", "0", "embedded.shared_buffers_mb"),
    ("EMBEDDED__START_TIMEOUT_MS", "0", "embedded.start_timeout_ms"),
    ("EMBEDDED__DATABASE", "", "embedded.database"),
    ("EMBEDDED__DATA_DIR", "", "embedded.data_dir"),
    ("EMBEDDED__SETTINGS__MAX_CONNECTIONS", "5", "embedded.settings.max_connections"),
    ("JOBS__WORKERS", "0", "jobs.workers"),
    ("JOBS__WORKERS", "1001", "jobs.workers"),
    ("JOBS__TTL", "0s", "jobs.ttl"),
    ("JOBS__KEEP_DAYS", "0", "jobs.keep_days"),
    ("JOBS__QUEUES__MAIL", "0", "jobs.queues.mail"),
    ("IMPORT__LEASE", "0s", "import.lease"),
    ("IMPORT__CONCURRENCY", "0", "import.concurrency"),
    ("IMPORT__MAX_RECORDS", "1000000000", "import.max_records"),
    ("IMPORT__MAX_FILES_PER_UPLOAD", "-1", "import.max_files_per_upload"),
    ("IMPORT__ARCHIVE__MAX_MEMBER_BYTES", "0", "import.archive.max_member_bytes"),
    ("WEB__TILES_URL", "http://tiles.example.org/{z}/{x}/{y}.png", "web.tiles_url"),
    ("WEB__TILES_URL", "/tiles/{z}/{x}/{y}.png", "web.tiles_attribution"),
];

#[test]
fn a_value_that_cannot_be_is_refused_by_check_and_by_up_before_anything_is_made() {
    let world = folder();
    // Nobody has this address (RFC 5737): whoever gets as far as listening says so, and ends.
    let commands = ["check", "up --listen 192.0.2.1:1"];
    for (variable, value, key) in CANNOT_BE {
        let name = format!("PACELINE_{variable}");
        let [checked, started] = commands.map(|arguments| {
            let (code, stdout, stderr) = run(binary(world.path()).env(&name, value), arguments);
            assert_eq!((code, stdout.as_str()), (78, ""), "{arguments} with {name}={value}: {stderr}");
            stderr
        });
        let told = format!("\n  environment variable {name}: {key} ");
        assert!(checked.contains(&told), "{name}={value}: {checked}");
        assert_eq!(checked, started);
        assert_eq!(std::fs::read_dir(world.path()).unwrap().count(), 0, "{name}={value} made something");
    }
    // All at once; a variable has one value, and an address of a server makes rules about the private one void.
    let mut every = binary(world.path());
    let mut told: BTreeMap<&str, &str> = BTreeMap::new();
    for (variable, value, key) in CANNOT_BE.into_iter().filter(|(variable, ..)| *variable != "DATABASE__URL")
    {
        every.env(format!("PACELINE_{variable}"), value);
        told.insert(variable, key);
    }
    let (code, _, stderr) = run(&mut every, "check");
    assert_eq!(code, 78);
    for key in told.into_values() {
        assert!(stderr.contains(&format!(": {key} ")), "{key} is not told with the others: {stderr}");
    }
}

/// A role that may connect to a database, and no more.
struct Role {
    name: String,
    admin: Session,
    target: Target,
}

impl Role {
    async fn new(db: &TestDb) -> Self {
        let name = format!("guest_of_{}", db.name());
        let admin = Session::connect(db.target(), "test", std::time::Duration::from_secs(10)).await.unwrap();
        admin.batch_execute(&format!("create role {name} login")).await.unwrap();
        let url = db.target().url().expose().to_owned();
        let (_, rest) = url.split_once('@').unwrap();
        let target = Target::parse(&format!("postgres://{name}@{rest}")).unwrap();
        Self { name, admin, target }
    }

    async fn drop(self) {
        self.admin.batch_execute(&format!("drop role {}", self.name)).await.unwrap();
    }
}

/// Whoever follows what `check` says comes to a start that works.
#[tokio::test]
async fn what_check_advises_is_enough_to_start() {
    let db = TestDb::empty().await.unwrap();
    let role = Role::new(&db).await;
    let check = |arguments: &str| {
        let mut command = on(&db);
        command.env("DATABASE_URL", role.target.url().expose());
        run(&mut command, arguments)
    };
    let mut rounds = 0;
    loop {
        let (code, stdout, stderr) = check("check");
        let said = format!("{stdout}{stderr}");
        let advice = said.lines().find_map(|line| line.split(": grant ").nth(1));
        let Some(advice) = advice else {
            assert_eq!(code, 0, "{said}");
            break;
        };
        rounds += 1;
        assert!(code == 78 && rounds < 5, "{said}");
        role.admin.batch_execute(&format!("grant {}", advice.trim())).await.unwrap();
    }
    assert!(rounds > 0, "the role could do nothing");
    let (code, stdout, stderr) = check("migrate");
    assert_eq!(code, 0, "{stdout}{stderr}");
    role.admin.batch_execute(&format!("drop owned by {} cascade", role.name)).await.unwrap();
    role.drop().await;
}

/// Of several hosts it is the same one for every command, wherever it stands in the address.
#[tokio::test]
async fn check_and_migrate_find_the_primary_behind_a_standby_that_is_named_first() {
    let set = replica_set(1).await.unwrap();
    let place =
        |at: usize| set.address(at).rsplit_once(':').map(|(host, port)| (host.to_owned(), port.to_owned()));
    let ((standby, port), (primary, last_port)) = (place(1).unwrap(), place(0).unwrap());
    let address = format!("host={standby},{primary} port={port},{last_port} user=postgres dbname=app");
    let world = folder();
    for arguments in ["migrate", "check"] {
        let mut command = binary(world.path());
        command.env("DATABASE_URL", &address).env("PACELINE_AUTH__TOKEN_SECRET", SECRET);
        command.env("PACELINE_DATABASE__POOL_MAX", "2").env("PACELINE_DATABASE__POOL_READ_MAX", "2");
        let (code, stdout, stderr) = run(&mut command, arguments);
        assert_eq!(code, 0, "{arguments}: {stdout}{stderr}");
    }
    set.close().await.unwrap();
}

#[tokio::test]
async fn what_is_given_is_told_from_what_is_configured() {
    let db = TestDb::migrated(&sets(&schema::migrations())).await.unwrap();
    let create = |arguments: &str, password: &str| {
        let mut command = on(&db);
        command.args(["account", "create"]).args(arguments.split_whitespace());
        said(&fed(&mut command, password)).0
    };
    let name = "n".repeat(101);
    let wrong = ["kim", "kim@example.org --role boss", "kim@example.org --timezone Mars/Olympus"];
    for arguments in wrong.into_iter().chain([format!("kim@example.org --name {name}").as_str()]) {
        assert_eq!(create(arguments, PASSWORD), 2, "{arguments}");
    }
    assert_eq!(create("kim@example.org", "short"), 2);
    assert_eq!(create("kim@example.org", PASSWORD), 0);
    assert_eq!(create("KIM@example.org", PASSWORD), 1, "taken");
    assert_eq!(create(&format!("{name}@example.org"), PASSWORD), 0, "a long address makes a shorter name");
    let (code, _, stderr) = run(&mut on(&db), "import . --athlete robin@example.org");
    assert!(code == 1 && stderr.contains("account create robin@example.org"), "{code} {stderr}");
    assert_eq!(run(&mut on(&db), "import").0, 2);
}

#[test]
fn check_says_what_a_folder_holds_and_touches_nothing() {
    let world = folder();
    let check = || run(&mut binary(world.path()), "check");
    let (code, stdout, _) = check();
    assert!(code == 0 && stdout.contains("note  no private cluster in "), "{code} {stdout}");
    assert!(!world.path().join("data").exists());
    std::fs::create_dir_all(world.path().join("data/pg")).unwrap();
    std::fs::write(world.path().join("data/pg/PG_VERSION"), "9\n").unwrap();
    let (code, stdout, _) = check();
    assert!(code == 78 && stdout.contains("FAIL  the cluster in "), "{code} {stdout}");
    assert!(stdout.contains("was made by PostgreSQL 9"), "{stdout}");
}

#[test]
fn a_kept_secret_that_is_too_short_is_refused_by_check_and_by_up_before_anything_is_started() {
    let world = folder();
    let data = world.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("token_secret"), "too short, but mine\n").unwrap();
    for arguments in ["check", "up --listen 192.0.2.1:1"] {
        let (code, stdout, stderr) = run(&mut binary(world.path()), arguments);
        assert_eq!((code, stdout.as_str()), (78, ""), "{arguments}: {stderr}");
        assert!(stderr.contains("data/token_secret is too short; "), "{arguments}: {stderr}");
        assert!(!stderr.contains("but mine"), "{stderr}");
    }
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 1, "something was made");
    // The beginning of one of ours: a start makes it anew.
    std::fs::write(data.join("token_secret"), "0a0b").unwrap();
    assert_eq!(run(&mut binary(world.path()), "check").0, 0);
}

#[tokio::test]
async fn check_sees_whether_a_private_cluster_runs_and_what_is_pending_there() {
    let mut own = own_cluster().await.unwrap();
    let data = own.folder().join("postgres");
    let check = || {
        let mut command = binary(Path::new("/"));
        command.env("PACELINE_EMBEDDED__DATABASE", "app").arg("--data").arg(&data);
        run(&mut command, "check")
    };
    let cluster = own.cluster.take().unwrap();
    let (code, stdout, _) = check();
    assert!(code == 0 && stdout.contains("ok    private cluster of PostgreSQL "), "{code} {stdout}");
    assert!(stdout.contains(&format!("it runs, as process {}", cluster.pid())), "{stdout}");
    assert!(
        stdout.contains(
            "note  the next start applies mainstay/0001_statement_history, mainstay-cache/0001_invalidation, mainstay-cache/0002_hot, mainstay-jobs/0001_jobs, mainstay-jobs/0002_ready_by_key, mainstay-jobs/0003_ready_keyed_by_time, mainstay-jobs/0004_ready_in_one_order, mainstay-jobs/0005_lists, mainstay-jobs/0006_ready_again, mainstay-jobs/0007_dead_whole, mainstay-jobs/0008_job_worker_process, mainstay-jobs/0009_job_ahead, mainstay-jobs/0010_ready_in_turn, mainstay-jobs/0011_ready_keyed_in_turn, mainstay-jobs/0012_ready_by_key_gone, mainstay-jobs/0013_ready_keyed_by_time_gone, mainstay-jobs/0014_running_by_worker_gone, mainstay-events/0001_events, paceline/0001_accounts, "
        ),
        "{stdout}"
    );
    migrate::run(&cluster.target(), &sets(&schema::migrations())).await.unwrap();
    assert!(check().1.contains("ok    migrations are applied"));
    cluster.stop().await.unwrap();
    let (code, stdout, _) = check();
    assert!(code == 0 && stdout.contains("note  it does not run"), "{code} {stdout}");
}

#[test]
fn the_folder_that_is_shown_is_the_folder_that_is_used() {
    // Nobody but its owner may enter: as root PostgreSQL cannot live below it, as anybody else it can.
    let closed = folder_with(0o700);
    let (code, stdout, _) = run(&mut binary(closed.path()), "config print --origin");
    let shown = stdout.lines().find(|line| line.starts_with("embedded.data_dir")).unwrap();
    let expected = match embedded::Account::for_server().unwrap() {
        account if account.is_other() => {
            let closed = closed.path().display();
            let name = account.name();
            format!(
                "embedded.data_dir = \"/var/lib/paceline\"  # default, because {name} may not enter {closed}"
            )
        }
        _ => "embedded.data_dir = \"data\"  # default".to_owned(),
    };
    assert_eq!((code, shown), (0, expected.as_str()));
    let named = run(&mut binary(closed.path()), "config print --origin --data data").1;
    assert!(named.contains("embedded.data_dir = \"data\"  # flag --data"), "{named}");
}

#[test]
fn a_start_that_waits_for_its_database_stops_when_it_is_asked_to() {
    let mut command = binary(Path::new("/"));
    command.args(["up", "--listen", "127.0.0.1:0"]).env("DATABASE_URL", "postgres://a@127.0.0.1:1/x");
    command.env("PACELINE_AUTH__TOKEN_SECRET", SECRET);
    let mut process = Paceline::start(command.stderr(Stdio::piped()));
    process.says("does not answer yet");
    process.send(Signal::Terminate);
    assert_eq!(process.wait().code(), Some(0));
}

#[tokio::test]
async fn an_installation_is_made_used_and_stopped_by_its_commands() {
    let world = folder();
    let command = || {
        let mut command = binary(world.path());
        command.env("PACELINE_EMBEDDED__SHARED_BUFFERS_MB", "16");
        command
    };
    let mut process =
        Paceline::start(command().args(["up", "--listen", "127.0.0.1:0"]).stderr(Stdio::null()));
    process.ready();
    let mut create = command();
    let (code, _, stderr) = said(&fed(create.args(["account", "create", "you@example.com"]), PASSWORD));
    assert_eq!(code, 0, "beside the service: {stderr}");
    let sample = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../domain/tests/fixtures/samples/18_run_fenix6_5k.tcx.gz");
    let import = format!("import {} --athlete you@example.com", sample.display());
    let (code, stdout, stderr) = run(&mut command(), &import);
    assert!(code == 0 && stdout.contains("1 imported"), "{code} {stdout}{stderr}");
    assert!(run(&mut command(), "check").1.contains("it runs, as process "));
    process.send(Signal::Terminate);
    assert_eq!(process.wait().code(), Some(0));
    let (code, stdout, stderr) = run(&mut command(), &import);
    assert!(code == 0 && stdout.contains("1 duplicate"), "and without it: {code} {stdout}{stderr}");
}

#[tokio::test]
async fn a_process_that_works_alone_has_probes_and_metrics_and_nothing_else() {
    let db = TestDb::migrated(&sets(&schema::migrations())).await.unwrap();
    let command = || {
        let mut command = on(&db);
        command.args(["work", "--listen", "127.0.0.1:0"]).stderr(Stdio::null());
        command
    };
    let mut process = Paceline::start(&mut command());
    let (base, printed) = process.ready();
    assert_eq!(printed, "", "it makes no accounts");
    let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
    let get = async |path: &str| http.get(format!("{base}{path}")).send().await.unwrap().status().as_u16();
    until("it is ready", async || get("/readyz").await == 200).await;
    for (path, status) in
        [("/livez", 200), ("/health", 200), ("/metrics", 200), ("/", 404), ("/v1/activities", 404)]
    {
        assert_eq!(get(path).await, status, "{path}");
    }
    process.send(Signal::Terminate);
    assert_eq!(process.wait().code(), Some(0));
    for (variable, value, why) in [
        ("PACELINE_JOBS__WORKERS", "0", "jobs.workers is 0"),
        ("DATABASE_URL", "", "a private PostgreSQL belongs to"),
    ] {
        let (code, stdout, stderr) =
            said(&command().stderr(Stdio::piped()).env(variable, value).output().unwrap());
        assert_eq!((code, stdout.as_str()), (78, ""), "{stderr}");
        assert!(stderr.contains(why), "{stderr}");
    }
}

/// The driver logs every parameter of every statement at `debug`.
#[tokio::test(flavor = "multi_thread")]
async fn no_level_of_logging_tells_addresses_or_hashes() {
    let db = TestDb::migrated(&sets(&schema::migrations())).await.unwrap();
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut command = on(&db);
    command.args(["up", "--listen", "127.0.0.1:0"]).env("PACELINE_LOG__LEVEL", "trace,tokio_postgres=trace");
    let mut process = Paceline::start(command.stderr(log.reopen().unwrap()));
    let (base, _) = process.ready();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let body = serde_json::json!({ "email": "somebody@example.org", "password": PASSWORD });
    let registered = http.post(format!("{base}/v1/auth/register")).json(&body).send().await.unwrap();
    assert_eq!(registered.status(), 201);
    login(&base, "somebody@example.org", PASSWORD).await;
    process.send(Signal::Terminate);
    process.wait();
    let told = std::fs::read_to_string(log.path()).unwrap();
    assert!(told.contains("http.request.answered"), "it logs: {told}");
    for secret in ["somebody@example.org", "argon2id", PASSWORD] {
        let line = told.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}
