//! The application's migrations, in order, compiled in. Never here: the runner (`mainstay-db`).

use mainstay_db::migrate::{Migration, Migrations};

const FILES: &[Migration] = &[
    Migration::from_file("0001_accounts.sql", include_str!("../migrations/0001_accounts.sql")),
    Migration::from_file("0002_activities.sql", include_str!("../migrations/0002_activities.sql")),
    Migration::from_file("0003_uploads.sql", include_str!("../migrations/0003_uploads.sql")),
    Migration::from_file("0004_upload_attempts.sql", include_str!("../migrations/0004_upload_attempts.sql")),
    Migration::from_file("0005_edited.sql", include_str!("../migrations/0005_edited.sql")),
    Migration::from_file("0006_power.sql", include_str!("../migrations/0006_power.sql")),
    Migration::from_file(
        "0007_failed_recompute.sql",
        include_str!("../migrations/0007_failed_recompute.sql"),
    ),
    Migration::from_file(
        "0008_analysis_outdated_idx.sql",
        include_str!("../migrations/0008_analysis_outdated_idx.sql"),
    ),
    Migration::from_file(
        "0009_analysis_version_idx.sql",
        include_str!("../migrations/0009_analysis_version_idx.sql"),
    ),
    Migration::from_file(
        "0010_refresh_token_expired_idx.sql",
        include_str!("../migrations/0010_refresh_token_expired_idx.sql"),
    ),
    Migration::from_file(
        "0011_login_session_expired_idx.sql",
        include_str!("../migrations/0011_login_session_expired_idx.sql"),
    ),
    Migration::from_file(
        "0012_activity_channels.sql",
        include_str!("../migrations/0012_activity_channels.sql"),
    ),
    Migration::from_file(
        "0013_activity_start_key.sql",
        include_str!("../migrations/0013_activity_start_key.sql"),
    ),
    Migration::from_file("0014_stream_months.sql", include_str!("../migrations/0014_stream_months.sql")),
    Migration::from_file("0015_former_streams.sql", include_str!("../migrations/0015_former_streams.sql")),
    Migration::from_file("0016_cache_watch.sql", include_str!("../migrations/0016_cache_watch.sql")),
    Migration::from_file("0017_import_jobs.sql", include_str!("../migrations/0017_import_jobs.sql")),
    Migration::from_file(
        "0018_pending_has_content.sql",
        include_str!("../migrations/0018_pending_has_content.sql"),
    ),
    Migration::from_file(
        "0019_kept_content_idx.sql",
        include_str!("../migrations/0019_kept_content_idx.sql"),
    ),
    Migration::from_file(
        "0020_waiting_files_idx.sql",
        include_str!("../migrations/0020_waiting_files_idx.sql"),
    ),
    Migration::from_file(
        "0021_drop_pending_files_idx.sql",
        include_str!("../migrations/0021_drop_pending_files_idx.sql"),
    ),
    Migration::from_file("0022_retries.sql", include_str!("../migrations/0022_retries.sql")),
];

/// The history of Paceline's own tables; those of the platform (`mainstay::MIGRATIONS`) come before.
pub fn migrations() -> Migrations {
    Migrations::new("paceline", FILES)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_file_of_the_folder_is_listed() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        assert_eq!(super::migrations().unlisted(&folder).unwrap(), Vec::<String>::new());
    }
}
