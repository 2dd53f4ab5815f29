use beadsbox_domain::Status;
use serde::Serialize;

/// The voucher of a typed code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CodeHit {
    Found {
        id: String,
        code: String,
        title: String,
        status: Status,
    },
    /// A code as it should be, of no voucher that this device knows.
    Unknown {
        code: String,
    },
    /// Its check symbol does not fit.
    Mistyped {
        code: String,
    },
    NotACode,
}
