//! The addresses of sign-in. Never here: rules (`accounts`), statements (`store`).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::USER_AGENT;
use http::{HeaderMap, StatusCode};
use jiff::tz::TimeZone;
use mainstay_http::auth::passwords::NewPassword;
use mainstay_http::auth::tokens::RefreshToken;
use mainstay_http::{FieldError, Json, Problem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::principal::seen_now;
use super::views::{
    AccountView, ChangePasswordBody, LoginBody, RefreshBody, RegisterBody, SessionsEnded, SignInView,
    Transport,
};
use super::{AccountError, Email, Principal, Registration, Role, SignedIn, sessions};
use crate::state::App;

/// The routes of this feature.
pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(login))
        .routes(routes!(refresh))
        .routes(routes!(logout))
        .routes(routes!(logout_all))
        .routes(routes!(change_password))
        .routes(routes!(me))
}

/// Create an account and sign in.
#[utoipa::path(
    post, path = "/v1/auth/register", tag = "auth", security(()), request_body = RegisterBody,
    responses(
        (status = 201, body = SignInView),
        (status = 403, description = "`registration_closed` or `csrf_refused`", body = Problem),
        (status = 409, description = "`email_taken`", body = Problem),
        (status = 422, description = "`invalid_body` or `weak_password`", body = Problem),
    )
)]
async fn register(
    State(app): State<App>,
    headers: HeaderMap,
    Json(body): Json<RegisterBody>,
) -> Result<Response, Problem> {
    app.gate.guard().check_page(&headers)?;
    // Before the fields: who may not register need not mend them first.
    super::may_register(&app)?;
    let transport = body.transport;
    let registration = check_registration(body)?;
    let signed_in = super::register(&app, registration, user_agent(&headers)).await?;
    Ok(answer(&app, StatusCode::CREATED, &signed_in, transport))
}

fn check_registration(body: RegisterBody) -> Result<Registration, Problem> {
    let mut errors = Vec::new();
    let email = Email::parse(&body.email).map_err(|error| {
        errors.push(FieldError::new("/email", "invalid_value", error.to_string()));
    });
    let timezone = TimeZone::get(body.timezone.as_deref().unwrap_or("UTC")).map_err(|_| {
        errors.push(FieldError::new("/timezone", "invalid_value", "Use an IANA name such as Europe/Berlin."));
    });
    let before_at = body.email.trim().split('@').next().unwrap_or_default();
    let fallback = before_at.chars().filter(|letter| !letter.is_control()).take(100).collect();
    let display_name: String = body.display_name.map_or(fallback, |name| name.trim().to_owned());
    if !(1..=100).contains(&display_name.chars().count()) {
        errors.push(FieldError::new("/display_name", "out_of_range", "Use 1 to 100 characters."));
    } else if display_name.chars().any(char::is_control) {
        errors.push(FieldError::new("/display_name", "invalid_value", "Use no control characters."));
    }
    match (email, timezone) {
        (Ok(email), Ok(timezone)) if errors.is_empty() => {
            let password = NewPassword::parse(body.password).map_err(|weak| weak.at("/password"))?;
            Ok(Registration { email, password, display_name, timezone, role: Role::Athlete, is_demo: false })
        }
        _ => Err(Problem::unprocessable(errors)),
    }
}

/// Sign in.
#[utoipa::path(
    post, path = "/v1/auth/login", tag = "auth", security(()), request_body = LoginBody,
    responses(
        (status = 200, body = SignInView),
        (status = 401, description = "`wrong_credentials`", body = Problem),
        (status = 403, description = "`csrf_refused`", body = Problem),
    )
)]
async fn login(
    State(app): State<App>,
    headers: HeaderMap,
    Json(body): Json<LoginBody>,
) -> Result<Response, Problem> {
    app.gate.guard().check_page(&headers)?;
    let signed_in = sessions::sign_in(&app, body.email.trim(), body.password, user_agent(&headers)).await?;
    Ok(answer(&app, StatusCode::OK, &signed_in, body.transport))
}

/// Exchange a refresh token for a new pair.
///
/// Each refresh token works once. One that is used again later ends its session (`refresh_token_reused`).
#[utoipa::path(
    post, path = "/v1/auth/refresh", tag = "auth", security(()), request_body = RefreshBody,
    responses(
        (status = 200, body = SignInView),
        (status = 401, description = "`invalid_refresh_token` or `refresh_token_reused`", body = Problem),
        (status = 403, description = "`csrf_refused`", body = Problem),
        (status = 409, description = "`refresh_in_progress`", body = Problem),
    )
)]
async fn refresh(
    State(app): State<App>,
    headers: HeaderMap,
    Json(body): Json<RefreshBody>,
) -> Result<Response, Problem> {
    let cookies = app.gate.cookies();
    let (text, transport) = match (body.refresh_token.as_deref(), cookies.refresh_token(&headers)) {
        (Some(text), _) => (text, Transport::Bearer),
        (None, Some(text)) => {
            app.gate.guard().check_page(&headers)?;
            app.gate.guard().check_token(&headers)?;
            (text, Transport::Cookie)
        }
        (None, None) => return Err(AccountError::InvalidRefreshToken.into()),
    };
    let token = RefreshToken::parse(text).ok_or(AccountError::InvalidRefreshToken)?;
    let signed_in = sessions::refresh(&app, &token).await?;
    Ok(answer(&app, StatusCode::OK, &signed_in, transport))
}

/// End this session.
///
/// The session is the one that the access token or the refresh token names; either is enough, and neither needs to be
/// valid still. Programs send `Authorization` or `refresh_token`, browsers their cookies, which are cleared. Where no
/// session is left to end, the answer is the same.
#[utoipa::path(
    post, path = "/v1/auth/logout", tag = "auth", security((), ("bearer" = [])),
    request_body = Option<RefreshBody>,
    responses(
        (status = 204, description = "The session has ended, or had before"),
        (status = 403, description = "`csrf_refused`", body = Problem),
        (status = 409, description = "`another_account`", body = Problem),
    )
)]
async fn logout(
    State(app): State<App>,
    headers: HeaderMap,
    body: Option<Json<Option<RefreshBody>>>,
) -> Result<Response, Problem> {
    let refresh_token = body.and_then(|Json(body)| body?.refresh_token);
    let leaving = app.gate.leave(&headers, refresh_token.as_deref())?;
    sessions::sign_out(&app, &leaving).await?;
    Ok(cleared(&app, StatusCode::NO_CONTENT.into_response()))
}

/// End every session of the account.
#[utoipa::path(
    post, path = "/v1/auth/logout-all", tag = "auth",
    responses((status = 200, body = SessionsEnded), (status = 401, body = Problem))
)]
async fn logout_all(State(app): State<App>, principal: Principal) -> Result<Response, Problem> {
    let sessions_ended = sessions::sign_out_everywhere(&app, &principal).await?;
    Ok(cleared(&app, Json(SessionsEnded { sessions_ended }).into_response()))
}

/// Change the password and end every other session.
#[utoipa::path(
    post, path = "/v1/auth/change-password", tag = "auth", request_body = ChangePasswordBody,
    responses(
        (status = 204, description = "Changed"),
        (status = 401, description = "`wrong_credentials`", body = Problem),
        (status = 422, description = "`weak_password`", body = Problem),
    )
)]
async fn change_password(
    State(app): State<App>,
    principal: Principal,
    Json(body): Json<ChangePasswordBody>,
) -> Result<StatusCode, Problem> {
    let new = NewPassword::parse(body.new_password).map_err(|weak| weak.at("/new_password"))?;
    sessions::change_password(&app, &principal, body.current_password, new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Show who is signed in.
#[utoipa::path(
    get, path = "/v1/auth/me", tag = "auth",
    responses((status = 200, body = AccountView), (status = 401, body = Problem))
)]
async fn me(State(app): State<App>, principal: Principal) -> Json<AccountView> {
    seen_now(&app).await;
    Json(principal.into())
}

fn answer(app: &App, status: StatusCode, signed_in: &SignedIn, transport: Transport) -> Response {
    let mut response = (status, Json(SignInView::new(signed_in, transport))).into_response();
    if transport == Transport::Cookie {
        app.gate.cookies().set(
            response.headers_mut(),
            (&signed_in.access_token, signed_in.expires_in),
            (signed_in.refresh_token.as_str(), signed_in.refresh_expires_in),
            &app.effects.random,
        );
    }
    response
}

fn cleared(app: &App, mut response: Response) -> Response {
    app.gate.cookies().clear(response.headers_mut());
    response
}

fn user_agent(headers: &HeaderMap) -> Option<&str> {
    headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).map(|text| text.get(..200).unwrap_or(text))
}
