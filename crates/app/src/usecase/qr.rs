//! Draws QR codes.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

use crate::{
    error::{AppError, AppResult},
    view::QrView,
};

/// Draws the text. Level M still reads with an eighth of the squares spoilt.
pub(crate) fn draw(text: &str) -> AppResult<QrView> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(AppError::internal)?;
    let width = code.width();
    let mut path = String::new();
    for (row, squares) in code.to_colors().chunks(width).enumerate() {
        let mut column = 0;
        for run in squares.chunk_by(|one, next| one == next) {
            if run[0] == Color::Dark {
                let length = run.len();
                write!(path, "M{column} {row}h{length}v1h-{length}z").map_err(AppError::internal)?;
            }
            column += run.len();
        }
    }
    Ok(QrView { text: text.to_owned(), size: u32::try_from(width).unwrap_or(u32::MAX), path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_square_is_in_the_path_once() {
        let text = "MBB1:0123456789ABCDEF";
        let (drawn, code) = (draw(text).unwrap(), QrCode::with_error_correction_level(text, EcLevel::M).unwrap());
        let lengths = drawn.path.split('h').skip(1).step_by(2).map(|rest| rest.split('v').next().unwrap().parse::<usize>().unwrap());
        assert_eq!(lengths.sum::<usize>(), code.to_colors().iter().filter(|color| **color == Color::Dark).count());
        assert_eq!(drawn.size, 21 + 4 * (drawn.size - 21) / 4);
    }
}
