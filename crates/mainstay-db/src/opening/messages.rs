//! Which messages pass on a stream of the protocol, as far as it takes to know whether an answer is owed. Never here:
//! what is in them.

/// Cuts one direction into messages: a byte of kind, then four of length that count themselves.
#[derive(Debug)]
pub(super) struct Messages {
    header: [u8; 5],
    known: usize,
    skip: usize,
}

impl Messages {
    /// What the server says.
    pub(super) fn from_server() -> Self {
        Self { header: [0; 5], known: 0, skip: 0 }
    }

    /// What is said to the server: the first message has no kind.
    pub(super) fn to_server() -> Self {
        Self { known: 1, ..Self::from_server() }
    }

    /// Takes what has passed and counts the messages whose kind is one of `kinds` that began in it.
    pub(super) fn count(&mut self, mut bytes: &[u8], kinds: &[u8]) -> usize {
        let mut count = 0;
        while !bytes.is_empty() {
            let passed = self.skip.min(bytes.len());
            self.skip -= passed;
            bytes = &bytes[passed..];
            let taken = bytes.len().min(self.header.len() - self.known);
            self.header[self.known..self.known + taken].copy_from_slice(&bytes[..taken]);
            self.known += taken;
            bytes = &bytes[taken..];
            if self.known == self.header.len() {
                let [kind, length @ ..] = self.header;
                let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
                self.skip = length.saturating_sub(4);
                self.known = 0;
                self.header = [0; 5];
                count += usize::from(kinds.contains(&kind));
            }
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: Option<u8>, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        [kind.as_slice(), &length, body].concat()
    }

    #[test]
    fn messages_are_counted_however_the_stream_is_cut() {
        let stream = [
            message(None, b"\0\x03\0\0user\0QQ\0\0"),
            message(Some(b'Q'), b"select 'QS'\0"),
            message(Some(b'P'), b"QQQQQQQ"),
            message(Some(b'S'), b""),
        ]
        .concat();
        for piece in 1..stream.len() {
            let mut messages = Messages::to_server();
            let counted: usize = stream.chunks(piece).map(|bytes| messages.count(bytes, b"QS")).sum();
            assert_eq!(counted, 2, "in pieces of {piece}");
        }
        let answer =
            [message(Some(b'R'), b"ZZZZ"), message(Some(b'Z'), b"I"), message(Some(b'Z'), b"T")].concat();
        for piece in 1..answer.len() {
            let mut messages = Messages::from_server();
            let counted: usize = answer.chunks(piece).map(|bytes| messages.count(bytes, b"Z")).sum();
            assert_eq!(counted, 2, "in pieces of {piece}");
        }
    }
}
