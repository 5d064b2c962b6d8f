//! What the API takes and says of accounts and sign-ins. Never here: rules.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Principal, SignedIn};

/// Where the tokens go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Transport {
    /// In the body, for API clients that send `Authorization: Bearer`.
    #[default]
    Bearer,
    /// In HttpOnly cookies, for browsers; the body names no token.
    Cookie,
}

/// A new account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RegisterBody {
    /// Unique whatever its capitals.
    #[schema(example = "runner@example.org")]
    pub(super) email: String,
    /// 10 to 128 characters, not a commonly used one; no other rule.
    #[schema(example = "testpassword123")]
    pub(super) password: String,
    /// Name to show; the part before the `@` when absent.
    pub(super) display_name: Option<String>,
    /// IANA zone of the athlete's civil days.
    #[schema(example = "Europe/Berlin")]
    pub(super) timezone: Option<String>,
    /// Where the tokens go.
    #[serde(default)]
    pub(super) transport: Transport,
}

/// A sign-in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginBody {
    pub(super) email: String,
    pub(super) password: String,
    /// Where the tokens go.
    #[serde(default)]
    pub(super) transport: Transport,
}

/// A refresh token; browsers send an empty object and their cookie.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefreshBody {
    /// The token of the last sign-in or refresh.
    pub(super) refresh_token: Option<String>,
}

/// A change of password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangePasswordBody {
    pub(super) current_password: String,
    /// 10 to 128 characters, not a commonly used one.
    pub(super) new_password: String,
}

/// The answer to a sign-in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SignInView {
    /// For `Authorization: Bearer`; absent when it went into a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<String>,
    /// For one `POST /v1/auth/refresh`; absent when it went into a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// `bearer` or `cookie`.
    token_type: &'static str,
    /// Life of the access token in seconds.
    expires_in: u64,
    /// Who signed in.
    athlete: AccountView,
}

/// An account as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccountView {
    id: Uuid,
    email: String,
    display_name: String,
    /// `athlete`, `coach` or `admin`.
    role: String,
    /// IANA zone of the athlete's civil days.
    timezone: String,
}

/// How many sessions ended.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionsEnded {
    pub(super) sessions_ended: u64,
}

impl SignInView {
    pub(super) fn new(signed_in: &SignedIn, transport: Transport) -> Self {
        let in_body = |token: &str| (transport == Transport::Bearer).then(|| token.to_owned());
        let account = &signed_in.account;
        Self {
            access_token: in_body(&signed_in.access_token),
            refresh_token: in_body(signed_in.refresh_token.as_str()),
            token_type: if transport == Transport::Bearer { "bearer" } else { "cookie" },
            expires_in: signed_in.expires_in.as_secs(),
            athlete: AccountView {
                id: account.id,
                email: account.email.clone(),
                display_name: account.display_name.clone(),
                role: account.role.clone(),
                timezone: account.timezone.clone(),
            },
        }
    }
}

impl From<Principal> for AccountView {
    fn from(principal: Principal) -> Self {
        Self {
            id: principal.athlete_id,
            role: principal.role.as_str().to_owned(),
            timezone: principal.timezone.iana_name().unwrap_or("UTC").to_owned(),
            email: principal.email.to_string(),
            display_name: principal.display_name.to_string(),
        }
    }
}
