//! `GET /v1/vouchers/{id}/history`, `GET /v1/templates/{id}/history`: every operation on one entity.

use beadsbox_domain::{Operation, Outcome, Stamp, Timestamp};
use serde::{Deserialize, Serialize};

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
    /// What the server decided.
    pub result: Outcome,
}
