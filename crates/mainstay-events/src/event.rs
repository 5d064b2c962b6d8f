//! What an event is, and the envelope in which it travels: CloudEvents 1.0, as JSON. Never here: who hears of it.

use jiff::Timestamp;
use mainstay_jobs::JsonText;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The longest body, as JSON: with its envelope it fits into a job.
pub const BODY_MOST: usize = 200 * 1024;

/// Objects and lists in one another in a body: whoever reads it in its envelope, in whatever language, comes to its end.
pub const DEPTH_MOST: usize = 100;

/// The longest subject, in bytes.
pub const TEXT_MOST: usize = 512;

/// The longest key, in bytes: behind the name of a subscriber it is the ordering key of a job.
pub const KEY_MOST: usize = mainstay_jobs::KEY_MOST - 1 - crate::subscriber::NAME_MOST;

/// Something that has happened. The value is written as JSON, and read by whoever hears of it, in this version or the next.
pub trait Event: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The name under which it is written, such as `com.example.order.paid`. Another one is another event.
    const TYPE: &'static str;

    /// Where it happens, as a reference to a URI.
    const SOURCE: &'static str = "/";

    /// What it is about.
    fn subject(&self) -> Option<String> {
        None
    }

    /// Those with one key, of whatever type, are heard of in the order of their commits; who tells one waits until whoever has
    /// told one with its key before has committed.
    fn key(&self) -> Option<String> {
        None
    }
}

/// CloudEvents 1.0 (<https://github.com/cloudevents/spec>), with its extension `partitionkey`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// Of the envelope: `1.0`.
    pub specversion: String,
    /// Of the event, once for all.
    pub id: Uuid,
    /// Where it has happened.
    pub source: String,
    /// What.
    #[serde(rename = "type")]
    pub kind: String,
    /// About what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// When, by the database's clock.
    pub time: Timestamp,
    /// What `data` is: `application/json`.
    pub datacontenttype: String,
    /// Its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partitionkey: Option<String>,
    /// The event.
    pub data: serde_json::Value,
}

/// An event that is heard of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered<E> {
    /// Once for all: the same when it is heard of again.
    pub id: Uuid,
    /// When it was told, by the database's clock.
    pub time: Timestamp,
    /// About what.
    pub subject: Option<String>,
    /// Its key.
    pub key: Option<String>,
    /// What.
    pub event: E,
}

impl<E: Event> Delivered<E> {
    /// What is in an envelope.
    ///
    /// # Errors
    /// It is of another type, or of a version that this one does not read.
    pub fn open(envelope: Envelope) -> Result<Self, serde_json::Error> {
        if envelope.kind != E::TYPE {
            let why = format!("it is an event {:?}, not {:?}", envelope.kind, E::TYPE);
            return Err(serde::de::Error::custom(why));
        }
        let event = serde_json::from_value(envelope.data)?;
        let Envelope { id, time, subject, partitionkey: key, .. } = envelope;
        Ok(Self { id, time, subject, key, event })
    }
}

/// An event that is to be written.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) subject: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) body: JsonText,
    data: serde_json::Value,
}

impl Written {
    pub(crate) fn of<E: Event>(event: &E) -> Result<Self, String> {
        let text = serde_json::to_string(event).map_err(|error| error.to_string())?;
        let (subject, key) = (event.subject(), event.key());
        for (what, text, most) in [("subject", &subject, TEXT_MOST), ("key", &key, KEY_MOST)] {
            let length = text.as_ref().map_or(1, String::len);
            if length == 0 || length > most || text.as_ref().is_some_and(|text| text.contains('\0')) {
                return Err(format!("its {what} has {length} bytes; 1 to {most} and no NUL are allowed"));
            }
        }
        let body = JsonText::of(text, BODY_MOST)?;
        let data = serde_json::from_str(body.as_str()).map_err(|error| error.to_string())?;
        let depth = depth(&data);
        match depth > DEPTH_MOST {
            true => Err(format!("it is {depth} levels deep, {DEPTH_MOST} at most")),
            false => Ok(Self { subject, key, body, data }),
        }
    }

    pub(crate) fn envelope<E: Event>(self, id: Uuid, time: Timestamp) -> Envelope {
        Envelope {
            specversion: SPECVERSION.to_owned(),
            id,
            source: E::SOURCE.to_owned(),
            kind: E::TYPE.to_owned(),
            subject: self.subject,
            time,
            datacontenttype: JSON.to_owned(),
            partitionkey: self.key,
            data: self.data,
        }
    }
}

/// Of what was read, which has its bound.
fn depth(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Array(all) => 1 + all.iter().map(depth).max().unwrap_or(0),
        serde_json::Value::Object(all) => 1 + all.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

pub(crate) const SPECVERSION: &str = "1.0";
pub(crate) const JSON: &str = "application/json";
