//! `GET /v1/sync/changes`: a device takes what changed since its cursor.

use beadsbox_domain::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{chain::Incarnation, push::OpResult, rows::Row};

/// A place in the feed. The tag is that of the batch which the number belongs to: after a restore from a backup the same
/// number comes again with another tag, and the server finds out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Cursor {
    /// The last number taken; 0 before the first.
    pub seq: u64,
    /// The batch's tag; empty at 0.
    pub tag: String,
}

/// The query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// The server's epoch, as the device knows it.
    pub epoch: Uuid,
    /// Which life of the device asks.
    pub incarnation: Incarnation,
    /// The cursor's number.
    pub cursor: u64,
    /// The cursor's tag.
    #[serde(default)]
    pub tag: String,
    /// The highest own `dev_seq` whose outcome the device holds.
    pub acked: u64,
    /// How many rows at most, 1 to 2000.
    pub limit: u32,
    /// How many seconds to wait where nothing is new, 0 to 25.
    #[serde(default)]
    pub wait: u32,
    /// How many operations wait on the device.
    #[serde(default)]
    pub waiting: u64,
    /// How many wrong PINs were ever typed at it.
    #[serde(default)]
    pub wrong_pins: u64,
}

/// One page, from one snapshot of the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ChangesPage {
    /// The server's epoch.
    pub epoch: Uuid,
    /// Where the page begins: the cursor asked for.
    pub from: Cursor,
    /// Where it ends: the next cursor.
    pub to: Cursor,
    /// The last number there is. The device is up to date when `to` has reached it.
    pub head: u64,
    /// The last operation that the server holds of this life of the device. A device that has fewer was put back to an older
    /// copy of its files: it takes the missing ones back before it records anything.
    pub last_seq: u64,
    /// Outcomes of this device's operations after `acked` (a reply may have been lost), oldest first.
    pub own_results: Vec<OpResult>,
    /// Each entity that changed, once, as it is now.
    pub rows: Vec<Row>,
    /// The server's clock.
    #[schema(value_type = String, format = DateTime)]
    pub server_time: Timestamp,
}
