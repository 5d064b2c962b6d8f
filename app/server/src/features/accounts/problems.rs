//! The one place where an account error becomes an HTTP problem.

use http::StatusCode;
use mainstay_http::auth::gate::another_account;
use mainstay_http::{FieldError, Problem};

use super::AccountError;

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        let text = error.to_string();
        match error {
            AccountError::RegistrationClosed => Self::forbidden(
                "registration_closed",
                "Accounts are made by whoever runs this installation; ask them.",
            ),
            AccountError::EmailTaken => {
                Self::conflict("email_taken", "This e-mail address already has an account.")
                    .with_errors(vec![FieldError::new("/email", "taken", "Already has an account.")])
            }
            AccountError::WrongCredentials => Self::new(
                StatusCode::UNAUTHORIZED,
                "wrong_credentials",
                "The e-mail address or the password is wrong.",
            ),
            AccountError::InvalidRefreshToken => {
                Self::new(StatusCode::UNAUTHORIZED, "invalid_refresh_token", text)
            }
            AccountError::RefreshTokenReused => {
                Self::new(StatusCode::UNAUTHORIZED, "refresh_token_reused", text)
            }
            AccountError::RefreshInProgress => Self::conflict("refresh_in_progress", text),
            AccountError::AnotherAccount => another_account(),
            AccountError::Password(error) => error.into(),
            AccountError::Token(error) => Self::internal(error),
            AccountError::Db(error) => error.into(),
        }
    }
}
