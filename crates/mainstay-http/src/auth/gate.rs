//! One question for every request: who asks? Credentials, cross-site check and token in one step,
//! so that no route can forget one of them. Never here: what the caller may do.

use http::{HeaderMap, Method};

use super::cookies::Cookies;
use super::csrf::Guard;
use super::tokens::{Claims, Tokens};
use crate::problem::Problem;

/// Lets requests in that carry a valid access token and are not forged across sites.
#[derive(Clone)]
pub struct Gate {
    cookies: Cookies,
    guard: Guard,
    tokens: Tokens,
}

impl Gate {
    /// A gate by the service's configuration and keys.
    pub fn new(config: &crate::Config, tokens: Tokens) -> Self {
        Self { cookies: Cookies::new(config.is_secure()), guard: Guard::new(config), tokens }
    }

    /// Who asks: 401 `unauthorized` or `token_expired`, 403 `csrf_refused`. Whether the session still
    /// exists is for the caller to look up.
    pub fn admit(&self, method: &Method, headers: &HeaderMap) -> Result<Claims, Problem> {
        let credentials = self
            .cookies
            .credentials(headers)
            .ok_or_else(|| Problem::unauthorized("Sign in, or send `Authorization: Bearer`."))?;
        let claims = self.tokens.verify(credentials.token())?;
        self.guard.check(method, headers, &credentials)?;
        Ok(claims)
    }

    /// The cookies, to set and clear them.
    pub fn cookies(&self) -> Cookies {
        self.cookies
    }

    /// The cross-site rule, for requests without an access token (sign-in, refresh).
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// The tokens, to issue them.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use uuid::Uuid;

    use super::*;
    use crate::auth::tests::effects_at;
    use crate::auth::tokens::{Config, Key, Keys};

    fn admitted(second: i64, method: &Method, pairs: &[(&'static str, &str)]) -> Result<Uuid, String> {
        let keys = Keys::new(Key::try_new("k1", [7; 32]).unwrap(), Vec::new());
        let tokens = |second| Tokens::new(&Config::default(), &keys, effects_at(second));
        let token = tokens(0).issue(Uuid::max(), Uuid::nil(), "member").unwrap();
        let gate = Gate::new(&crate::Config::default(), tokens(second));
        let headers = pairs
            .iter()
            .map(|(name, value)| {
                let value = value.replace("TOKEN", &token);
                (http::HeaderName::from_static(name), HeaderValue::from_str(&value).unwrap())
            })
            .collect();
        gate.admit(method, &headers)
            .map(|claims| claims.sub)
            .map_err(|problem| format!("{} {}", problem.status().as_u16(), problem.code()))
    }

    #[test]
    fn who_gets_in() {
        let bearer = ("authorization", "Bearer TOKEN");
        let cookie = ("cookie", "access=TOKEN; csrf=c");
        let refused = |text: &str| Err(text.to_owned());
        assert_eq!(admitted(0, &Method::POST, &[bearer]), Ok(Uuid::max()));
        assert_eq!(admitted(0, &Method::GET, &[cookie]), Ok(Uuid::max()));
        assert_eq!(admitted(0, &Method::POST, &[cookie, ("x-csrf-token", "c")]), Ok(Uuid::max()));
        assert_eq!(admitted(0, &Method::POST, &[cookie]), refused("403 csrf_refused"));
        assert_eq!(admitted(0, &Method::GET, &[]), refused("401 unauthorized"));
        assert_eq!(admitted(0, &Method::GET, &[("authorization", "Bearer x")]), refused("401 unauthorized"));
        assert_eq!(admitted(3600, &Method::GET, &[bearer]), refused("401 token_expired"));
    }
}
