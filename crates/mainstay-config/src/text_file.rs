//! Reading small text files, never more of them than expected. Never here: what they say.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The largest configuration file.
pub const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// The largest file that holds a secret.
pub const MAX_SECRET_BYTES: u64 = 64 * 1024;

/// The file's text, if it is UTF-8 and not larger than `max` bytes.
pub(crate) fn read(path: &Path, max: u64) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(max + 1).read_to_string(&mut text)?;
    if text.len() as u64 > max {
        return Err(io::Error::other(format!("larger than {max} bytes")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_exactly_the_limit_is_read_and_one_byte_more_is_not() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "12345").unwrap();
        assert_eq!(read(file.path(), 5).unwrap(), "12345");
        assert_eq!(read(file.path(), 4).unwrap_err().to_string(), "larger than 4 bytes");
    }
}
