//! Standard output, for the case that nobody reads it.

use std::io::Write;

use crate::failure::Failure;

/// Prints text as it is, with a line break at its end if it has none.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}
