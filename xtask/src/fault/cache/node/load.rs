//! What is kept, and how it is read. Never here: who asks for it.

use std::time::Duration;

use anyhow::Result;
use mainstay_cache::coherence::Tag;
use mainstay_cache::{Portable, Value};
use mainstay_db::Read;

use super::Node;

const ONE: &str = "select written from register where owner = $1 and id = $2";
const ALL: &str = "select id, written from register where owner = $1 order by id";

/// What one register holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Register(pub(super) u64);

/// What all registers of an owner hold, by their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct List(pub(super) Vec<(i64, u64)>);

pub(super) fn register_tags(owner: i64, id: i64) -> Vec<Tag> {
    Tag::of_row("register", &owner.to_string(), &id.to_string()).to_vec()
}

pub(super) fn list_tags(owner: i64) -> Vec<Tag> {
    Tag::of_owner("register", &owner.to_string()).to_vec()
}

impl Node {
    /// Reads a register, and takes `lingering` to say what it holds.
    pub(super) async fn read_register(
        &self,
        from: Read,
        row: (i64, i64),
        lingering: Duration,
    ) -> Result<Register> {
        let row = match &self.replica {
            Some(replica) => replica.query_one(ONE, &[&row.0, &row.1]).await?,
            None => from.query_one(ONE, &[&row.0, &row.1]).await?,
        };
        tokio::time::sleep(lingering).await;
        Ok(Register(row.get::<_, i64>(0).unsigned_abs()))
    }

    pub(super) async fn read_list(&self, from: Read, owner: i64, lingering: Duration) -> Result<List> {
        let rows = match &self.replica {
            Some(replica) => replica.query(ALL, &[&owner]).await?,
            None => from.query(ALL, &[&owner]).await?,
        };
        tokio::time::sleep(lingering).await;
        Ok(List(rows.iter().map(|row| (row.get(0), row.get::<_, i64>(1).unsigned_abs())).collect()))
    }
}

impl Value for Register {
    fn bytes(&self) -> usize {
        size_of::<Self>()
    }
}

impl Portable for Register {
    fn encode(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.0.to_be_bytes());
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        Some(Self(u64::from_be_bytes(bytes.try_into().ok()?)))
    }
}

impl Value for List {
    fn bytes(&self) -> usize {
        size_of_val(self.0.as_slice())
    }
}

impl Portable for List {
    fn encode(&self, into: &mut Vec<u8>) {
        for (id, written) in &self.0 {
            into.extend_from_slice(&id.to_be_bytes());
            into.extend_from_slice(&written.to_be_bytes());
        }
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (pairs, []) = bytes.as_chunks::<16>() else { return None };
        let number = |bytes: &[u8]| Some(u64::from_be_bytes(bytes.try_into().ok()?));
        let pair = |pair: &[u8; 16]| Some((number(&pair[..8])?.cast_signed(), number(&pair[8..])?));
        pairs.iter().map(pair).collect::<Option<_>>().map(Self)
    }
}
