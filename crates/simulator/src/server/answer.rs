//! Who asks, and what is said of an operation.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_authority::Fresh;
use beadsbox_domain::{DeviceId, Outcome};
use beadsbox_protocol::{ErrorCode, push::OpResult, rows::DeviceState};

use super::{DeviceRecord, Refused, Server, Stored, refused};
use crate::breakage::Breakage;

impl Server {
    pub(super) fn is_broken(&self, breakage: Breakage) -> bool {
        breakage.is_left_out(self.breakage)
    }

    /// The device of that token; it may push, also where it was revoked.
    pub(super) fn known(&self, id: DeviceId) -> Result<&DeviceRecord, Refused> {
        self.tables.devices.get(&id).ok_or_else(|| refused(401, ErrorCode::UnknownDevice, "no device has this token"))
    }

    /// The device of that token, if it may call.
    pub(super) fn authenticated(&self, id: DeviceId) -> Result<&DeviceRecord, Refused> {
        let device = self.known(id)?;
        match device.row.state {
            DeviceState::Active => Ok(device),
            DeviceState::Revoked => Err(refused(403, ErrorCode::DeviceRevoked, "this device was revoked")),
            DeviceState::Quarantined => Err(refused(403, ErrorCode::DeviceQuarantined, "this device waits for an admin")),
        }
    }

    /// What was decided, with a receipt of this epoch.
    pub(super) fn result_of(&self, stored: &Stored) -> OpResult {
        let sign = |outcome: &Outcome| self.tables.identity.receipt(stored.commit_no, stored.hash, outcome);
        OpResult {
            dev_seq: stored.dev_seq,
            op_id: stored.op_id,
            result: stored.outcome.clone(),
            row_version: stored.row_version,
            commit_no: u64::try_from(stored.commit_no).unwrap_or(0),
            receipt: stored.outcome.as_ref().map(|outcome| BASE64.encode(sign(outcome))).unwrap_or_default(),
            hash: stored.outcome.is_none().then_some(stored.hash),
        }
    }
}

/// The result of an operation on which an admin has yet to decide.
pub(super) fn open_result(fresh: &Fresh) -> OpResult {
    let Fresh { arrived, hash, .. } = fresh;
    OpResult { dev_seq: arrived.dev_seq, op_id: arrived.op_id(), result: None, row_version: None, commit_no: 0, receipt: String::new(), hash: Some(*hash) }
}
