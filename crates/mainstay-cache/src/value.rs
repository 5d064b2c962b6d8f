//! What may be kept. Never here: how it is made.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// What a name of the cache keeps; readers share it.
pub trait Value: Send + Sync + 'static {
    /// The memory that it takes, as near as is cheap to say.
    fn bytes(&self) -> usize;

    /// Whether it says that there is nothing; such entries are kept for a time of their own.
    fn is_negative(&self) -> bool {
        false
    }

    /// Until when it may be served, for what changes as time goes by ("today's", "the last seven days"); by the calendar,
    /// whose clock may be set. `None`: as long as the name says.
    fn valid_until(&self) -> Option<Timestamp> {
        None
    }
}

/// What nodes may share. A change of what it looks like, or of what it is made from, needs another version
/// ([`crate::Caches::shared_cache`]).
pub trait Portable: Value + Sized {
    /// Writes it after what is there.
    fn encode(&self, into: &mut Vec<u8>);

    /// Reads what [`Portable::encode`] wrote; `None` for other bytes.
    fn decode(bytes: &[u8]) -> Option<Self>;
}

impl<V: Value> Value for Option<V> {
    fn bytes(&self) -> usize {
        self.as_ref().map_or(size_of::<Self>(), Value::bytes)
    }

    fn is_negative(&self) -> bool {
        self.is_none()
    }

    fn valid_until(&self) -> Option<Timestamp> {
        self.as_ref().and_then(Value::valid_until)
    }
}

impl<V: Portable> Portable for Option<V> {
    fn encode(&self, into: &mut Vec<u8>) {
        into.push(u8::from(self.is_some()));
        if let Some(value) = self {
            value.encode(into);
        }
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        match bytes.split_first()? {
            (0, []) => Some(None),
            (1, rest) => V::decode(rest).map(Some),
            _ => None,
        }
    }
}

impl Portable for String {
    fn encode(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(self.as_bytes());
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        Self::from_utf8(bytes.to_vec()).ok()
    }
}

impl Value for String {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.capacity()
    }
}

impl<T: Copy + Send + Sync + 'static> Value for Vec<T> {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.capacity() * size_of::<T>()
    }
}

/// The bytes of an answer as they are sent, with their validator (RFC 9110, 8.8): a hit costs neither the making nor the
/// hashing of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Representation {
    bytes: Bytes,
    etag: Box<str>,
}

impl Representation {
    /// Of these bytes. The strong ETag is half of their SHA-256, quoted.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(&bytes)[..16]));
        Self { bytes, etag: etag.into() }
    }

    /// The body. Cloning it copies nothing.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The strong ETag, quoted.
    pub fn etag(&self) -> &str {
        &self.etag
    }
}

impl Value for Representation {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.bytes.len() + self.etag.len()
    }
}

impl Portable for Representation {
    fn encode(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.bytes);
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        Some(Self::new(bytes.to_vec()))
    }
}
