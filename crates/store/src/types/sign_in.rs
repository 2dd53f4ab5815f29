//! What lets people in without the server.

use beadsbox_domain::{Role, StaffId, Timestamp};

/// What lets a staff member in without the server.
#[derive(Clone, PartialEq, Eq)]
pub struct OfflineSignIn {
    /// Who.
    pub staff: StaffId,
    /// Their name, as it was last heard of.
    pub name: String,
    /// Their role, as it was last heard of.
    pub role: Role,
    /// Argon2 in PHC form, or why it opens nothing any more.
    pub verifier: Result<String, SignInEnd>,
    /// When the server last let them in.
    pub verified_at: Timestamp,
    /// Wrong passwords since.
    pub failed: u32,
    /// Not before.
    pub blocked_until: Option<Timestamp>,
    /// Which of the person's passwords and second factors it is from, as their staff row counts them.
    pub sign_in_version: u64,
}

/// Why somebody is let in by the server alone again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInEnd {
    /// An admin barred them.
    Barred,
    /// Their password or second factor is another one by now.
    Changed,
}
