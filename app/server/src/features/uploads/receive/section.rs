//! A stretch of a file that reads and seeks like a file of its own. Never here: what is in it.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// A stretch of a file. It has a place of its own, so that several can be read of one open file.
#[derive(Debug)]
pub(super) struct Section {
    file: Arc<File>,
    start: u64,
    length: u64,
    place: u64,
}

impl Section {
    pub(super) fn new(file: Arc<File>, start: u64, length: u64) -> Self {
        Self { file, start, length, place: 0 }
    }
}

impl Read for Section {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(self.place)).unwrap_or(usize::MAX);
        let most = into.len().min(left);
        let read = self.file.read_at(&mut into[..most], self.start + self.place)?;
        self.place += read as u64;
        Ok(read)
    }
}

impl Seek for Section {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::Current(by) => self.place.checked_add_signed(by),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
        };
        // As in a file: a place behind the end is a place, one before the beginning is none.
        self.place =
            place.ok_or_else(|| Error::new(ErrorKind::InvalidInput, "a place before the beginning"))?;
        Ok(self.place)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The same reads and seeks give the same answers as on the bytes alone.
        #[test]
        fn a_section_is_like_its_bytes(
            before in proptest::collection::vec(any::<u8>(), 0..20),
            bytes in proptest::collection::vec(any::<u8>(), 0..40),
            after in proptest::collection::vec(any::<u8>(), 0..20),
            steps in proptest::collection::vec((0_u8..4, -60_i64..60), 0..20),
        ) {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&[before.clone(), bytes.clone(), after].concat()).unwrap();
            let mut section = Section::new(Arc::new(file), before.len() as u64, bytes.len() as u64);
            let mut plain = Cursor::new(bytes);
            for (step, by) in steps {
                let to = match step {
                    0 => {
                        let mut seen = (vec![0; 7], vec![0; 7]);
                        let counts = (section.read(&mut seen.0).unwrap(), plain.read(&mut seen.1).unwrap());
                        prop_assert_eq!(counts.0, counts.1);
                        prop_assert_eq!(seen.0, seen.1);
                        continue;
                    }
                    1 => SeekFrom::Start(by.unsigned_abs()),
                    2 => SeekFrom::Current(by),
                    _ => SeekFrom::End(by),
                };
                prop_assert_eq!(section.seek(to).ok(), plain.seek(to).ok());
            }
        }
    }
}
