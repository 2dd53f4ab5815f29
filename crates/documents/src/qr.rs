//! QR codes as vectors.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

use crate::DocumentError;

/// The squares of light that scanners need around the code.
pub(crate) const MARGIN: usize = 4;

/// The code as an SVG: one path, so that no seam shows between squares; one square a unit, with its margin. Level M still reads with an
/// eighth of the squares spoilt. An error where the text is too long for one.
pub fn svg(text: &str) -> Result<String, DocumentError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| DocumentError::QrTooLong(text.len()))?;
    let width = code.width();
    let side = width + 2 * MARGIN;
    let mut svg = format!(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path fill="black" d=""#);
    for (row, squares) in code.to_colors().chunks(width).enumerate() {
        let mut column = 0;
        for run in squares.chunk_by(|one, next| one == next) {
            if run[0] == Color::Dark {
                let length = run.len();
                // Writing to a string does not fail.
                let _ = write!(svg, "M{} {}h{length}v1h-{length}z", column + MARGIN, row + MARGIN);
            }
            column += run.len();
        }
    }
    svg.push_str(r#""/></svg>"#);
    Ok(svg)
}
