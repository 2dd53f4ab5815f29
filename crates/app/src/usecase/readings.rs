//! Which reading of a scan is meant, where its keys are a code on several keyboard layouts.

use beadsbox_domain::Deed;
use beadsbox_protocol::signed_code::SignedCode;

use super::{Seat, redeem::on_paper};
use crate::error::AppResult;

/// There are five layouts, Caps Lock, and the computer's own.
pub(super) const MOST_READINGS: usize = 12;

impl Seat {
    /// The first reading that is a voucher's code here or a genuine signed one, or else the first: the likeliest by how it looks.
    pub async fn choose_reading(&self, readings: Vec<String>) -> AppResult<String> {
        self.require(Deed::Redeem)?;
        let seat = self.clone();
        self.read(move |view| {
            for reading in readings.iter().take(MOST_READINGS) {
                if SignedCode::parse(reading).is_ok_and(|code| seat.is_genuine(view, &code)) {
                    return Ok(reading.clone());
                }
                if on_paper(view, reading)?.is_some() {
                    return Ok(reading.clone());
                }
            }
            Ok(readings.into_iter().next().unwrap_or_default())
        })
        .await
    }
}
