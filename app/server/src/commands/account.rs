//! `paceline account`: accounts from the command line, for the first administrator of a server without `up`.

use std::process::ExitCode;

use clap::Subcommand;
use jiff::tz::TimeZone;
use mainstay_http::auth::passwords::NewPassword;

use super::exit::NotUnderstood;
use super::{Common, open};
use crate::features::accounts::{self, Email, Registration, Role};

/// Commands about accounts.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create an account; the password is read from standard input.
    Create {
        /// E-mail address.
        email: String,
        /// Name to show; the part before the @ when absent.
        #[arg(long)]
        name: Option<String>,
        /// athlete, coach or admin.
        #[arg(long, default_value = "athlete")]
        role: String,
        /// IANA zone of the athlete's civil days.
        #[arg(long, default_value = "UTC")]
        timezone: String,
    },
}

#[expect(clippy::print_stdout, reason = "the report is what the command is for")]
pub(super) async fn run(common: &Common, command: Command) -> anyhow::Result<ExitCode> {
    let Command::Create { email, name, role, timezone } = command;
    let wrong = |what: String| anyhow::Error::from(NotUnderstood(what));
    let email = Email::parse(&email).map_err(|error| wrong(error.to_string()))?;
    let role = Role::from_wire(&role)
        .ok_or_else(|| wrong(format!("{role} is no role; use athlete, coach or admin")))?;
    let timezone = TimeZone::get(&timezone).map_err(|error| wrong(error.to_string()))?;
    let before_at = email.as_str().split('@').next().unwrap_or_default();
    let display_name = name.unwrap_or_else(|| before_at.chars().take(100).collect());
    if !(1..=100).contains(&display_name.chars().count()) || display_name.chars().any(char::is_control) {
        return Err(wrong("a name has 1 to 100 characters, and no control characters".to_owned()));
    }
    let password = read_password()?;
    let shown = email.as_str().to_owned();
    let opened = open::open(common, None).await?;
    let registration = Registration { email, password, display_name, timezone, role, is_demo: false };
    let created = accounts::create(&opened.app, registration).await;
    opened.close().await;
    println!("created {shown} with id {}", created?);
    Ok(ExitCode::SUCCESS)
}

/// The first line of standard input as a new password.
pub(super) fn read_password() -> anyhow::Result<NewPassword> {
    let mut password = String::new();
    std::io::stdin().read_line(&mut password)?;
    NewPassword::parse(password.trim_end_matches(['\r', '\n']).to_owned())
        .map_err(|error| NotUnderstood(format!("{error} Give it on standard input.")).into())
}
