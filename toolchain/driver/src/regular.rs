//! Reading files of the source tree: regular ones only, for reading a pipe would never end.

use std::io::{Error, ErrorKind};
use std::path::Path;

/// The contents of a regular file, or of what a link to one points to.
pub fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(Error::new(ErrorKind::InvalidInput, "not a regular file"));
    }
    std::fs::read(path)
}

/// The same for text.
pub fn read_to_string(path: &Path) -> std::io::Result<String> {
    String::from_utf8(read(path)?).map_err(|e| Error::new(ErrorKind::InvalidData, e.utf8_error()))
}
