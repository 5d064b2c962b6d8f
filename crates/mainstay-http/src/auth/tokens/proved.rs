//! The token that a connection has proved last: who keeps a connection sends the same one with every request, and behind a
//! proxy another one, which is proved anew. Never here: proving, or the token's time, which counts at each request.

use std::sync::{Arc, Mutex, PoisonError};

use subtle::ConstantTimeEq;

use super::{Claims, Verifying};

/// Of one connection. A clone is the same.
#[derive(Clone, Default)]
pub(crate) struct LastProved(Arc<Mutex<Option<Proved>>>);

struct Proved {
    /// What it was proved with; another gate believes it nothing.
    keys: Arc<[Verifying]>,
    token: String,
    /// Where its signature begins.
    signature: usize,
    claims: Claims,
}

impl LastProved {
    /// What this very token says, if it was the last one and was proved with these keys.
    pub(super) fn claims_of(&self, token: &str, keys: &Arc<[Verifying]>) -> Option<Claims> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let proved = last.as_ref().filter(|proved| Arc::ptr_eq(&proved.keys, keys))?;
        proved.is_of(token).then(|| proved.claims.clone())
    }

    /// It has been proved.
    pub(super) fn note(&self, token: &str, keys: &Arc<[Verifying]>, claims: &Claims) {
        let (keys, token, claims) = (Arc::clone(keys), token.to_owned(), claims.clone());
        let signature = token.rfind('.').map_or(0, |dot| dot + 1);
        let proved = Proved { keys, token, signature, claims };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(proved);
    }
}

impl Proved {
    /// Whether it is this one. What is signed is no secret; the signature is, and is compared in constant time.
    fn is_of(&self, token: &str) -> bool {
        let at = self.signature;
        match (self.token.split_at_checked(at), token.split_at_checked(at)) {
            (Some((known, signature)), Some((given, its))) => {
                known == given && bool::from(signature.as_bytes().ct_eq(its.as_bytes()))
            }
            _ => false,
        }
    }
}
