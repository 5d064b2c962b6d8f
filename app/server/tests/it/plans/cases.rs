//! The hot statements with the parameters that they are run with and what they may cost, and the cold ones with the
//! reason why nobody waits for them. Never here: how a plan is judged.

/// One use of a statement.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) statement: &'static str,
    pub(super) about: &'static str,
    /// Parameters that differ from [`VALUES`], as SQL.
    pub(super) values: &'static [(&'static str, &'static str)],
    /// Most rows that are read in vain.
    pub(super) removed: u64,
    /// Most blocks that are touched.
    pub(super) blocks: u64,
    /// Months of samples that are looked into.
    pub(super) months: usize,
    /// Small indexes that are read from their beginning on purpose.
    pub(super) whole: &'static [&'static str],
}

/// One row or a few by a key.
const fn hot(statement: &'static str) -> Case {
    Case { statement, about: "as it comes", values: &[], removed: 20, blocks: 100, months: 0, whole: &[] }
}

impl Case {
    const fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    const fn with(self, values: &'static [(&'static str, &'static str)]) -> Self {
        Self { values, ..self }
    }

    const fn costs(self, removed: u64, blocks: u64) -> Self {
        Self { removed, blocks, ..self }
    }

    const fn months(self, months: usize) -> Self {
        Self { months, ..self }
    }

    const fn reads(self, whole: &'static [&'static str]) -> Self {
        Self { whole, ..self }
    }
}

/// What parameters are unless a case says otherwise: the athlete with twelve thousand activities, in the middle of them.
/// Names are those of the statements; values are SQL.
pub(super) const VALUES: &[(&str, &str)] = &[
    ("athlete_id", "uuid_of('8001', 1)"),
    ("id", "uuid_of('8002', 6001)"),
    ("activity_id", "uuid_of('8002', 6001)"),
    ("parent_id", "uuid_of('8002', 6010)"),
    ("start_time", "began(6001)"),
    ("before_time", "began(6001)"),
    ("before_id", "uuid_of('8002', 6001)"),
    ("since", "'2026-02-15'"),
    ("until", "'2026-06-15'"),
    ("now", "'2026-06-15 12:00Z'"),
    ("not_before", "'2026-05-16'"),
    ("deleted_before", "'2026-05-16'"),
    ("max_rows", "20"),
    ("one", "1"),
    ("skip_rows", "0"),
    ("sort_by", "'start_time'"),
    ("descending", "true"),
    ("sport", "null"),
    ("is_race", "null"),
    ("min_distance_m", "null"),
    ("max_distance_m", "null"),
    ("min_ascent_m", "null"),
    ("max_ascent_m", "null"),
    ("kind", "'km'"),
    ("sha256", "sha256(int8send(6001))"),
    ("email", "'A77@example.org'"),
    ("demo_email", "'demo@example.org'"),
    ("session_id", "uuid_of('8003', 7)"),
    ("keep_id", "uuid_of('8003', 7)"),
    ("token_hash", "sha256(int8send(77777))"),
    ("expires_at", "'2026-08-15'"),
    ("reason", "'logout'"),
    ("upload_id", "uuid_of('8004', 6000)"),
    ("position", "1"),
    ("after_position", "0"),
    ("after_upload_id", "uuid_of('0000', 0)"),
    ("job_id", "null"),
    ("of_job", "null"),
    ("seen", "null"),
    ("keeps_content", "false"),
    ("before", "'2026-05-16'"),
    ("outcome", "null"),
    ("origin", "'demo'"),
    ("beginning", "'a'"),
    ("message", "null"),
    ("warnings", "'[]'"),
    ("name", "'Evening'"),
    ("notes", "null"),
    ("gear", "null"),
    ("rpe", "null"),
    ("edited", "'{}'"),
    ("load", "50"),
    ("load_source", "'rpe'"),
    ("leg_index", "4"),
    ("version", "7"),
    ("after_version", "-1"),
    ("after_athlete_id", "uuid_of('0000', 0)"),
    ("after_id", "uuid_of('0000', 0)"),
    ("password_hash", "'other'"),
    ("verified_hash", "'hash'"),
];

/// An athlete's own list, a filter at a time. What a filter throws away is the athlete's, never the table's.
const LIST: &str = "activities.list_activities";
const PAGE: &str = "activities.page_activities";
const COUNT: &str = "activities.count_activities";

/// An activity in a month in which others trained too.
const FULL_MONTH: &[(&str, &str)] =
    &[("activity_id", "uuid_of('8002', 11901)"), ("start_time", "began(11901)")];

pub(super) const HOT: &[Case] = &[
    hot("accounts.find_account"),
    hot("accounts.find_account_by_email"),
    hot("accounts.find_principal"),
    hot("accounts.find_refresh_token"),
    hot("accounts.insert_session").with(&[("id", "uuid_of('8003', 999999)"), ("user_agent", "null")]),
    hot("accounts.use_refresh_token").with(&[("token_hash", "sha256(int8send(7))")]),
    hot("accounts.touch_session").with(&[("id", "uuid_of('8003', 7)")]),
    hot("accounts.revoke_session").with(&[("id", "uuid_of('8003', 7)")]),
    hot("accounts.revoke_other_sessions").costs(20, 400),
    hot("accounts.lock_sign_ins"),
    hot("accounts.set_password_hash"),
    hot("accounts.renew_password_hash"),
    hot("accounts.remove_expired_refresh_tokens").with(&[("max_rows", "1000")]).costs(20, 5_000),
    hot("accounts.remove_expired_sessions").with(&[("max_rows", "1000")]).costs(600, 5_000),
    // What was recorded stands on the activity: no month of samples is opened.
    hot(LIST)
        .about("the first page")
        .with(&[("before_time", "'2100-01-01'"), ("since", "'2000-01-01'")])
        .costs(20, 200),
    hot(LIST).about("a page in the middle").with(&[("since", "'2000-01-01'")]).costs(20, 200),
    hot(LIST).about("of some months").with(&[("before_time", "'2026-06-15'")]).costs(20, 200),
    hot(LIST).about("of a sport").with(&[("since", "'2000-01-01'"), ("sport", "'cycling'")]).costs(200, 300),
    hot(LIST).about("races").with(&[("since", "'2000-01-01'"), ("is_race", "true")]).costs(2_000, 400),
    hot(LIST)
        .about("far and hilly")
        .with(&[("since", "'2000-01-01'"), ("min_distance_m", "30000"), ("min_ascent_m", "1000")])
        .costs(2_000, 400),
    hot(LIST)
        .about("short and flat")
        .with(&[("since", "'2000-01-01'"), ("max_distance_m", "4000"), ("max_ascent_m", "300")])
        .costs(4_000, 600),
    hot(LIST)
        .about("a sport that there is none of")
        .with(&[("before_time", "'2100-01-01'"), ("since", "'2000-01-01'"), ("sport", "'rowing'")])
        .costs(12_500, 1_500),
    hot(PAGE).about("of some months").costs(20, 400),
    hot(PAGE)
        .about("by distance, of all years")
        .with(&[("since", "'2000-01-01'"), ("sort_by", "'distance_m'")])
        .costs(200, 1_500),
    hot(PAGE)
        .about("the hundredth page of runs")
        .with(&[("since", "'2000-01-01'"), ("skip_rows", "1980"), ("sport", "'run'")])
        .costs(12_500, 12_000),
    hot(COUNT).about("of some months").costs(20, 400),
    hot(COUNT).about("of all years").with(&[("since", "'2000-01-01'")]).costs(200, 1_500),
    hot(COUNT).about("races").with(&[("since", "'2000-01-01'"), ("is_race", "true")]).costs(12_500, 1_500),
    hot("activities.find_activity").costs(20, 150),
    hot("activities.find_activity")
        .about("an event with legs")
        .with(&[("id", "uuid_of('8002', 6010)")])
        .costs(20, 150),
    hot("activities.list_splits"),
    hot("activities.activity_exists"),
    hot("activities.find_recorded"),
    hot("activities.find_stream").with(FULL_MONTH).months(1),
    hot("activities.find_best_efforts").costs(20, 400),
    hot("activities.find_file"),
    hot("activities.find_file").about("the primary one").with(&[("sha256", "null")]),
    hot("activities.lock_editable"),
    hot("activities.update_edited").with(&[("sport", "'run'"), ("is_race", "false")]),
    hot("activities.update_rpe_load"),
    hot("activities.delete_activity"),
    hot("activities.restore_activity").with(&[("id", "uuid_of('8002', 6503)")]),
    hot("activities.list_deleted").with(&[("before_time", "'2100-01-01'")]),
    hot("activities.find_parent"),
    hot("activities.delete_empty_parent"),
    hot("activities.summarise").costs(20, 400),
    hot("activities.summarise").about("of ten years").with(&[("since", "'2016-06-15'")]).costs(100, 2_000),
    hot("analytics.efficiency_runs").with(&[("max_rows", "2000")]).costs(100, 1_500),
    hot("analytics.load_points").with(&[("max_rows", "10000")]).costs(20, 1_500),
    hot("athletes.find_athlete"),
    hot("athletes.lock_athlete_profile"),
    hot("athletes.personal_bests").costs(20, 800),
    hot("athletes.personal_bests").about("of a sport").with(&[("sport", "'run'")]).costs(20, 800),
    hot("uploads.set_upload_alive"),
    hot("uploads.set_upload_whole"),
    hot("uploads.find_waiting_file").with(&[("upload_id", "uuid_of('8004', 5000)")]),
    hot("uploads.decide_waiting_file").with(&[
        ("outcome", "'imported'"),
        ("upload_id", "uuid_of('8004', 5000)"),
        ("reason", "null"),
    ]),
    hot("uploads.retry_file").with(&[("upload_id", "uuid_of('8004', 5000)")]),
    hot("uploads.set_file_job").with(&[("upload_id", "uuid_of('8004', 5000)")]),
    hot("uploads.finish_upload").with(&[("upload_id", "uuid_of('8004', 5000)")]),
    hot("uploads.list_pending_files")
        .with(&[("max_rows", "200")])
        .reads(&["upload_file_waiting_idx"])
        .costs(20, 400),
    hot("uploads.count_pending_files").with(&[("max_rows", "200")]),
    hot("uploads.forget_kept_content")
        .with(&[("max_rows", "100")])
        .reads(&["upload_file_kept_idx"])
        .costs(20, 4_000),
    hot("uploads.find_upload"),
    hot("uploads.list_uploads").costs(20, 200),
    hot("uploads.list_upload_files"),
    hot("uploads.lock_athlete"),
    hot("uploads.find_owner"),
    hot("uploads.find_source_activities"),
    hot("uploads.list_athletes_with_expired").with(&[("max_rows", "100")]).costs(20, 400),
    hot("uploads.purge_expired").costs(50, 400),
    hot("uploads.purge_originals").costs(20, 60_000),
    hot("uploads.find_overlapping_sources").with(&[("since", "began(6001)"), ("until", "began(6002)")]),
    hot("uploads.list_sources_of"),
    hot("uploads.list_sources_of").about("an event").with(&[("activity_id", "uuid_of('8002', 6010)")]),
    hot("uploads.find_standing"),
    hot("uploads.update_standing").with(&[("sport", "'run'")]),
    hot("uploads.refresh_parent"),
    hot("uploads.adopt_leg"),
    hot("uploads.delete_computed").with(FULL_MONTH).months(1),
    hot("uploads.list_outdated").with(&[("max_rows", "100")]).costs(20, 800),
    hot("uploads.list_changed").with(&[("max_rows", "100")]).costs(20, 800),
    hot("uploads.count_changed").costs(20, 800),
    hot("uploads.is_outdated"),
    hot("uploads.set_failed_version"),
    hot("uploads.find_primary_source"),
];

/// Indexes of no constraint, each with a statement that is worse off without it. `activity_original_idx` is not among them:
/// the foreign key's own check needs it when an original is purged, and no plan shows that.
pub(super) const MISSED_WITHOUT: &[(&str, &str)] = &[
    ("athlete_email_key", "accounts.find_account_by_email"),
    ("refresh_token_hash_key", "accounts.find_refresh_token"),
    ("refresh_token_expires_idx", "accounts.remove_expired_refresh_tokens"),
    ("login_session_expires_idx", "accounts.remove_expired_sessions"),
    ("activity_analysis_outdated_idx", "uploads.list_outdated"),
    ("refresh_token_session_idx", "accounts.remove_expired_sessions"),
    ("activity_list_idx", LIST),
    ("activity_time_idx", "uploads.find_overlapping_sources"),
    ("activity_parent_idx", "activities.delete_activity"),
    ("activity_deleted_idx", "activities.list_deleted"),
    ("activity_source_original_idx", "uploads.find_source_activities"),
    ("activity_source_overlap_idx", "uploads.find_overlapping_sources"),
    ("best_effort_fastest_idx", "athletes.personal_bests"),
    ("upload_list_idx", "uploads.list_uploads"),
    ("upload_file_waiting_idx", "uploads.list_pending_files"),
    ("upload_file_kept_idx", "uploads.forget_kept_content"),
];

/// Statements that have no plan to choose, or for which nobody waits.
pub(super) const COLD: &[(&[&str], &str)] = &[
    (
        &[
            "accounts.insert_account",
            "accounts.insert_refresh_token",
            "activities.insert_manual",
            "activities.insert_manual_analysis",
            "uploads.insert_activity",
            "uploads.insert_analysis",
            "uploads.insert_best_efforts",
            "uploads.insert_decided_file",
            "uploads.insert_original",
            "uploads.insert_pending_file",
            "uploads.insert_source",
            "uploads.insert_splits",
            "uploads.insert_stream",
            "uploads.insert_upload",
        ],
        "inserts what it is given and looks for nothing",
    ),
    (
        &["uploads.count_analysed", "uploads.count_outdated", "uploads.list_analysed"],
        "for the command that computes again and says how far it is",
    ),
    (&["accounts.look_around"], "once at each start, of a table with a row a person"),
    (
        &["accounts.find_those_who_asked"],
        "once at each start, by the key of those whose answers are asked for again",
    ),
    (
        &["athletes.outdate_analyses"],
        "changes every analysis of one athlete, once after a change of their profile",
    ),
    (&["jobs.count_retry"], "changes one row by its primary key, and asks of that row alone whether it may"),
    (
        &["athletes.update_athlete", "uploads.update_measured"],
        "changes one row by its primary key and has no other condition",
    ),
    (
        &["uploads.find_file_of_origin", "uploads.has_finished_import"],
        "for the command that makes the demo athlete, whose uploads are few",
    ),
];
