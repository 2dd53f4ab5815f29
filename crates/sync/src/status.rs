//! How the sync stands, for the screen.

use beadsbox_protocol::ErrorCode;

/// What is being moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Operations to the server.
    Sending,
    /// Changes from the server.
    Receiving,
    /// The server makes a snapshot of everything.
    Preparing,
    /// Everything, from a snapshot.
    Loading,
    /// What was loaded is compared and put in its place: steps.
    Finishing,
}

impl Phase {
    /// Whether the cache is being taken as a whole.
    pub const fn is_whole(self) -> bool {
        matches!(self, Self::Preparing | Self::Loading | Self::Finishing)
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being moved.
    pub phase: Phase,
    /// Operations, feed numbers, rows or steps done in this round.
    pub done: u64,
    /// Of how many; 0 while that is not known.
    pub total: u64,
    /// Bytes taken and of how many, where they are known.
    pub bytes: Option<(u64, u64)>,
}

/// Why the sync does not go on by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// The device was revoked.
    Revoked,
    /// An admin must accept the device first.
    Quarantined,
    /// The server holds other operations under this device's numbers: a copy of the device is about.
    Forked,
    /// The program is too old for the server.
    ClientTooOld,
    /// The server does not know this device's token.
    UnknownDevice,
    /// The server cannot verify this device's signature.
    BadSignature,
    /// This device has had too many lives already.
    TooManyForks,
}

/// Why the last round did not end well.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The server cannot be reached.
    #[error("the server cannot be reached: {0}")]
    Offline(String),
    /// The server had trouble of its own, or something else answered in its place.
    #[error("the server is in trouble: {0}")]
    Server(String),
    /// The server will not take this device's requests.
    #[error("the server refuses this device: {0:?}")]
    Halted(Halt),
    /// What answers cannot sign for the server: nothing of it was taken.
    #[error("a receipt is not the server's")]
    BadReceipt,
    /// The server refused in a way that this program does not expect.
    #[error("the server refused: {0:?}")]
    Refused(ErrorCode),
    /// The device's files.
    #[error("the device's files: {0}")]
    Replica(String),
}

/// How the sync stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyncStatus {
    /// The last request was answered, and none hangs.
    pub online: bool,
    /// Something is being moved.
    pub progress: Option<Progress>,
    /// The cache holds all that the server had at the last contact.
    pub up_to_date: bool,
    /// The cache is being compared with the server.
    pub comparing: bool,
    /// The last number of the server's feed, as last told.
    pub head: Option<u64>,
    /// What went wrong last; none once a round went well.
    pub trouble: Option<Trouble>,
}
