use beadsbox_domain::Status;
use serde::Serialize;

use super::{MoneyView, QrView};

/// A made-up voucher, to practise on.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub struct TrainingVoucher {
    pub code: String,
    pub title: String,
    pub price: MoneyView,
    pub status: Status,
    pub qr: QrView,
}
