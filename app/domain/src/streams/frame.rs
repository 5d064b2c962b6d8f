//! The bytes of a frame on their way out, and the places between them where their statistics change.
//! What the bytes mean is not known here; unpacking is not here.
//!
//! The columns of a track, and the planes of a column, have little in common: one table of Huffman codes for all of
//! them costs more than a table for each. So each plane is a zstd block of its own. With that the fastest level packs
//! as well as a slow search does without.

use std::io::{self, Write};

use zstd::{bulk::Compressor, stream::write::Encoder};

/// In blocks by plane, five recordings of 1,232 to 16,547 samples take 173 kB in all and 0.4 to 1.1 ms each. Level 6
/// takes 172 kB and up to 0.9 ms more; level 15 in blocks that zstd chooses takes 171 kB and 1.4 to 11.7 ms.
const ZSTD_LEVEL: i32 = 1;

/// Bytes in parts.
pub(super) struct Frame {
    /// The bytes so far.
    pub(super) bytes: Vec<u8>,
    /// Where one part ends and the next begins, in order.
    ends: Vec<usize>,
    trial: Compressor<'static>,
    /// What trials pack into; its content is of no use.
    packed: Vec<u8>,
}

impl Frame {
    /// An empty frame with room for some bytes.
    pub(super) fn new(capacity: usize) -> io::Result<Self> {
        Ok(Self {
            bytes: Vec::with_capacity(capacity),
            ends: Vec::new(),
            trial: Compressor::new(ZSTD_LEVEL)?,
            packed: Vec::new(),
        })
    }

    /// Ends a part.
    pub(super) fn end_part(&mut self) {
        self.ends.push(self.bytes.len());
    }

    /// The size that these bytes would pack to; without a trial, the plain size.
    pub(super) fn packed_size(&mut self, bytes: &[u8]) -> usize {
        self.packed.resize(zstd::zstd_safe::compress_bound(bytes.len()), 0);
        self.trial.compress_to_buffer(bytes, self.packed.as_mut_slice()).unwrap_or(bytes.len())
    }

    /// Appends one zstd frame with checksum, of a block or more for each part.
    pub(super) fn compress(self, out: Vec<u8>) -> io::Result<Vec<u8>> {
        let mut encoder = Encoder::new(out, ZSTD_LEVEL)?;
        encoder.include_checksum(true)?;
        encoder.set_pledged_src_size(Some(self.bytes.len() as u64))?;
        let mut start = 0;
        for end in self.ends {
            encoder.write_all(&self.bytes[start..end])?;
            encoder.flush()?;
            start = end;
        }
        encoder.write_all(&self.bytes[start..])?;
        encoder.finish()
    }
}
