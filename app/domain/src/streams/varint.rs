//! Signed numbers as zigzag, unsigned ones as little-endian base 128. No I/O lives here.

/// The most bytes of a 64-bit varint.
pub(super) const MAX_BYTES: usize = 10;

/// Small magnitudes of either sign as small unsigned numbers: 0, −1, 1, −2, ….
pub(super) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// The inverse of [`zigzag`].
pub(super) fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

/// Appends a varint.
pub(super) fn write(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
