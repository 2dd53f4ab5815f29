//! An operation of the device itself, and the place of the cache that may hold its effect.

use beadsbox_domain::Outcome;
use beadsbox_protocol::OperationBody;
use uuid::Uuid;

/// An operation as the device's outbox has it.
#[derive(Debug, Clone, Copy)]
pub struct Own<'a> {
    /// What the person did.
    pub body: &'a OperationBody,
    /// The server has decided it and holds it; not so where it is sent again after a restore.
    pub is_acknowledged: bool,
    /// What the server decided, now or before a restore.
    pub outcome: Option<&'a Outcome>,
    /// What the server said it made of it.
    pub acknowledged: Option<Acknowledgement>,
    /// The cache that was seen to hold it, and where its cursor stood then.
    pub contained: Option<(Uuid, u64)>,
}

/// What the server said it made of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledgement {
    /// The epoch in which it said so.
    pub epoch: Uuid,
    /// The version of the row that the operation made; none where it changed none.
    pub version: Option<u64>,
}

/// Which cache it is and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The name of this cache; another one begins anew.
    pub cache: Uuid,
    /// The epoch of its rows; none while it is empty.
    pub epoch: Option<Uuid>,
    /// The feed's number up to which it holds everything.
    pub cursor: u64,
}
