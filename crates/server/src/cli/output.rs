//! What commands print.

use std::io::Write as _;

use crate::error::StartError;

/// Prints a line, for people and scripts.
pub(super) fn line(text: &str) -> Result<(), StartError> {
    writeln!(std::io::stdout(), "{text}").map_err(|error| StartError::Refused(format!("standard output: {error}")))
}
