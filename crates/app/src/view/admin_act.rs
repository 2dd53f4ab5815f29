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
}
