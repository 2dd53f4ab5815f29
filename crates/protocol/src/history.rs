//! `GET /v1/vouchers/{id}/history`, `GET /v1/templates/{id}/history`: every operation on one entity.

use beadsbox_domain::{Operation, Outcome, StaffId, Stamp, Timestamp};
use serde::{Deserialize, Serialize};

/// Who let a redemption pass that the device's limits forbade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Approval {
    /// Who.
    pub staff: StaffId,
    /// Whether they might, by the server's rows when it took the operation. The goods went either way.
    pub permitted: bool,
}

/// An operation and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct HistoryItem {
    /// Who, where, when.
    pub stamp: Stamp,
    /// When the server took it.
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Timestamp,
    /// Whether the device had the server.
    pub online: bool,
    /// What was done.
    pub operation: Operation,
    /// Who let it pass, where that was needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// What the server decided.
    pub result: Outcome,
}
