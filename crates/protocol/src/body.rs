//! An operation's body: the bytes that a device hashes, signs and keeps, and that nobody ever changes.

use beadsbox_domain::{DeviceId, OpId, Operation, ShopId, StaffId, Timestamp};
use serde::{Deserialize, Serialize, de::Error as _};

use crate::{MOST_BODY_BYTES, chain::Incarnation};

/// The newest format that this program reads and writes.
pub const FORMAT: u16 = 5;

/// The oldest format that says all of it: a server that is older than a device holds back no more than it must.
pub const fn format_of(operation: &Operation) -> u16 {
    let says_more = operation.signed_code().is_some() || operation.approved_by().is_some() || operation.home_shop().is_some();
    match operation {
        Operation::NoteTemplate { .. } | Operation::Sell { mail: Some(_), .. } => 5,
        Operation::Replace { replacement: Some(_), .. } | Operation::Sell { imported: Some(_), .. } => 4,
        Operation::Sell { replaces: Some(_), .. }
        | Operation::Sell { batch: Some(_), .. }
        | Operation::Extend { .. }
        | Operation::Replace { .. }
        | Operation::Chargeback { .. }
        | Operation::Note { .. } => 3,
        Operation::MoveCash { .. } | Operation::CloseDay { .. } => 2,
        _ if says_more => 2,
        _ => 1,
    }
}

/// What stands in a body. It is written as JSON; the text as the device wrote it is what counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationBody {
    /// Version of the format.
    pub format: u16,
    /// The device.
    pub device: DeviceId,
    /// Which life of the device: a restored copy gets a new one.
    pub incarnation: Incarnation,
    /// Its place in the device's order, from 1, without gaps.
    pub dev_seq: u64,
    /// The operation's id.
    pub op: OpId,
    /// When, by the device's clock, to the millisecond.
    pub at: Timestamp,
    /// Who.
    pub staff: StaffId,
    /// Where.
    pub shop: ShopId,
    /// Whether the device thought that it had the server.
    pub online: bool,
    /// Whether the device's clock was right at the last contact and has run evenly since.
    pub clock_right: bool,
    /// What was done.
    pub operation: Operation,
}

/// Why bytes are no body.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// More than 64 KiB.
    #[error("longer than {MOST_BODY_BYTES} bytes")]
    TooLong,
    /// Written by a newer program.
    #[error("format {0} is newer than {FORMAT}")]
    NewerFormat(u16),
    /// Not what a body looks like.
    #[error("unreadable: {0}")]
    Unreadable(#[from] serde_json::Error),
}

#[derive(Deserialize)]
struct FormatOnly {
    format: u16,
}

impl OperationBody {
    /// The bytes to hash, sign, keep and send.
    pub fn encode(&self) -> Result<String, BodyError> {
        let text = serde_json::to_string(self)?;
        if text.len() > MOST_BODY_BYTES { Err(BodyError::TooLong) } else { Ok(text) }
    }

    /// Reads a body, from any device.
    pub fn decode(text: &str) -> Result<Self, BodyError> {
        if text.len() > MOST_BODY_BYTES {
            return Err(BodyError::TooLong);
        }
        let FormatOnly { format } = serde_json::from_str(text)?;
        if format > FORMAT {
            return Err(BodyError::NewerFormat(format));
        }
        if format == 0 {
            return Err(serde_json::Error::custom("formats count from 1").into());
        }
        Ok(serde_json::from_str(text)?)
    }

    /// Who, where, when.
    pub const fn stamp(&self) -> beadsbox_domain::Stamp {
        beadsbox_domain::Stamp { op: self.op, at: self.at, staff: self.staff, shop: self.shop, device: self.device }
    }
}
