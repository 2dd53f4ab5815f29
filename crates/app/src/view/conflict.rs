use beadsbox_domain::{ConflictKind, ConflictState, Settlement};
use serde::{Deserialize, Serialize};

use super::{Fact, MoneyView};

/// How a conflict was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SettledView {
    pub settlement: Settlement,
    pub reason: String,
    pub by: Fact,
}

/// A case for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ConflictRow {
    pub id: String,
    pub version: u64,
    pub kind: ConflictKind,
    pub state: ConflictState,
    pub voucher_id: String,
    pub code: String,
    pub title: String,
    pub value: Option<MoneyView>,
    /// What the voucher's status rested on.
    pub accepted: Option<Fact>,
    pub other: Fact,
    pub settlement: Option<SettledView>,
    pub may_settle: bool,
    pub waiting: bool,
}

/// How to settle it.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct SettleForm {
    pub conflict_id: String,
    pub version: u64,
    pub settlement: Settlement,
    pub reason: String,
}
