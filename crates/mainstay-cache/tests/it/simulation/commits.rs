//! How transactions end in the simulated world, and who is told of it. Never here: what is read.

use mainstay_cache::coherence::Incarnation;
use rand::RngExt;

use super::Mutant;
use super::world::{Message, NODES, QUERIES, Token, World, tags};

/// So many commits back a client may show.
const TOKENS: usize = 3;
/// Those that hold their locks for long leave the others little to do.
const PREPARED: usize = 2;

impl World {
    pub(super) fn end_transaction(&mut self, at: usize) {
        let open = self.database.open();
        if open.is_empty() {
            return;
        }
        // The oldest tends to live long.
        let is_oldest = self.random.random_bool(0.15);
        let xid = open[if is_oldest { 0 } else { self.random.random_range(0..open.len()) }];
        if self.random.random_bool(0.1) {
            self.database.abort(xid);
            return;
        }
        if self.is(Mutant::Early) {
            return self.tell_early(xid);
        }
        if self.random.random_bool(0.1) && self.database.prepared().len() < PREPARED {
            return self.database.prepare(xid);
        }
        let keys = self.database.written(xid);
        if self.random.random_bool(0.1) {
            return self.fail(at, xid, &keys);
        }
        self.database.commit(xid);
        if !keys.is_empty() {
            self.committed(at, xid, &keys);
        }
    }

    fn committed(&mut self, at: usize, xid: u64, keys: &[usize]) {
        let incarnation = self.incarnation();
        if !self.is(Mutant::NoOwnCommit) {
            self.processes[at].node.own_commit(incarnation, xid, &tags(keys));
        }
        for key in keys {
            self.processes[at].own[*key] = self.now + 1;
        }
        if let Some(incarnation) = incarnation {
            self.tokens.truncate(TOKENS - 1);
            self.tokens.push_front(Token { incarnation, xid, keys: keys.to_vec(), since: self.now + 1 });
        }
        if self.is(Mutant::Delete) {
            self.delete(at, keys);
        }
    }

    /// The client is told of an error, by a server that goes on with it or by a network that has lost the answer. It may
    /// take effect at once, later, or never.
    fn fail(&mut self, at: usize, xid: u64, keys: &[usize]) {
        self.counts.unknown += 1;
        self.database.leave(xid);
        self.late.push((self.now + self.random.random_range(0..40), xid));
        if self.is(Mutant::FailedIsDone) {
            let incarnation = self.incarnation();
            self.processes[at].node.own_commit(incarnation, xid, &tags(keys));
        }
    }

    /// As a decoder of the log does: before anybody can see it.
    fn tell_early(&mut self, xid: u64) {
        if self.late.iter().any(|(_, other)| *other == xid) {
            return;
        }
        let (incarnation, keys) = (self.incarnation(), self.database.written(xid));
        for process in self.processes.iter().filter(|process| process.stalled_until <= self.now) {
            process.node.own_commit(incarnation, xid, &tags(&keys));
        }
        self.late.push((self.now + self.random.random_range(1..25), xid));
    }

    pub(super) fn end_late(&mut self) {
        while let Some(place) = self.late.iter().position(|(at, _)| *at <= self.now) {
            let (_, xid) = self.late.remove(place);
            if !self.is(Mutant::Early) && self.random.random_bool(0.2) {
                self.database.abort(xid);
            } else {
                self.database.commit(xid);
            }
        }
    }

    /// Somebody decides on a prepared one, by a connection of his own.
    pub(super) fn end_prepared(&mut self) {
        let prepared = self.database.prepared();
        if prepared.is_empty() {
            return;
        }
        let xid = prepared[self.random.random_range(0..prepared.len())];
        if self.random.random_bool(0.2) {
            self.database.abort(xid);
        } else {
            self.database.commit(xid);
        }
    }

    /// Some who ask show the token of a commit: since when an answer must be true, and what they show.
    pub(super) fn show(&mut self, query: usize) -> (u64, Option<(Incarnation, u64)>) {
        if self.tokens.is_empty() || self.random.random_bool(0.4) {
            return (0, None);
        }
        let token = &self.tokens[self.random.random_range(0..self.tokens.len())];
        let is_touched = self.made_from[query].iter().any(|key| token.keys.contains(key));
        (if is_touched { token.since } else { 0 }, Some((token.incarnation, token.xid)))
    }

    /// The classic way: delete in the shared store, tell the others by a message that may be lost.
    fn delete(&mut self, at: usize, keys: &[usize]) {
        for query in 0..QUERIES {
            if !self.made_from[query].iter().any(|key| keys.contains(key)) {
                continue;
            }
            self.shared.remove(&query);
            self.processes[at].kept.remove(&query);
            for other in (0..NODES).filter(|other| *other != at) {
                if self.random.random_bool(0.97) {
                    self.send(other, 1..8, Message::Deleted { query });
                }
            }
        }
    }
}
