use serde::{Deserialize, Serialize};

use super::QrView;

/// What an admin says of a device that is to come: where it will stand, and what it is to be called, if anybody knows yet.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct EnrolmentForm {
    pub shop_id: String,
    pub device_name: String,
}

/// A one-time code for a new device, also as a QR code with the server's address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "EnrolmentCode")]
pub struct EnrolmentCodeView {
    pub code: String,
    pub shop: String,
    pub server: String,
    /// None where nobody gave one.
    pub device_name: Option<String>,
    pub expires_at: String,
    pub qr: QrView,
    /// The address is this machine's own: another one does not find the server there.
    pub only_here: bool,
}

/// What was scanned or pasted in the start window.
#[derive(Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EnrolmentScan {
    /// An address and a code.
    Ticket { server: String, code: String, device_name: Option<String> },
    /// One that was not read well.
    Damaged,
    /// One for a newer program.
    Newer,
    /// A voucher.
    Voucher,
    /// A staff member's badge.
    Badge,
    /// Something else.
    Other,
}

/// What a device is called and where it stands, and the version of the device that was read.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct DeviceForm {
    pub device_id: String,
    pub row_version: u64,
    pub name: String,
    pub shop_id: String,
}
