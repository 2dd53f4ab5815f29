use beadsbox_domain::Role;
use serde::Serialize;

/// Something that an admin did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename = "AdminAct")]
pub struct AdminActRow {
    pub id: String,
    pub at: String,
    /// None for the server itself and its command line.
    pub staff: Option<String>,
    /// What kind of act.
    pub kind: String,
    /// What that to which it was done was called then.
    pub subject: String,
    pub reason: Option<String>,
    /// How many people it was about.
    pub persons: Option<u64>,
    pub vouchers: Option<u64>,
    pub changes: Vec<ActChange>,
}

/// What was changed of a person, a shop or a device. Records of somebody new, and old ones, do not say what was before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ActChange {
    Name { before: Option<String>, after: String },
    Role { before: Option<Role>, after: Role },
    Active { before: Option<bool>, after: bool },
}
