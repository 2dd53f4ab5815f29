//! Whose operations are decided, and under which rules.

use beadsbox_domain::{DeviceId, Outcome, Policy, ShopId, Timestamp};
use beadsbox_protocol::{ChainHash, Incarnation, OperationBody, receipt};
use ed25519_dalek::{Signer as _, SigningKey};
use jiff::{SignedDuration, tz::TimeZone};
use uuid::Uuid;

/// A clock that is no further off counts as right.
pub const RIGHT_CLOCK: SignedDuration = SignedDuration::from_mins(5);

/// Whether the moment that an operation names counts: its device's clock was right by the server's measure and by its own, and the
/// operation is not from later than it came.
pub fn is_believed(clock_right: bool, body: &OperationBody, received_at: Timestamp) -> bool {
    clock_right && body.clock_right && body.at.duration_since(received_at) <= RIGHT_CLOCK
}

/// Who the server is.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Names one life of the server's database.
    pub epoch: Uuid,
    /// Signs receipts and certificates.
    pub signing_key: SigningKey,
}

impl Identity {
    /// The public half, hexadecimal.
    pub fn public_key(&self) -> String {
        hex::encode(self.signing_key.verifying_key().as_bytes())
    }

    /// The server's word on the operation of that hash, in this epoch. The same word of an earlier epoch says no more and no less.
    pub fn receipt(&self, commit_no: i64, hash: ChainHash, outcome: &Outcome) -> [u8; 64] {
        receipt::sign(&self.signing_key, self.epoch, u64::try_from(commit_no).unwrap_or(0), hash, outcome)
    }

    /// Signs with the server's key.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing_key.sign(message).to_bytes()
    }
}

/// Where a device stands and has stood: an operation keeps the shop in which it was done.
#[derive(Debug, Clone)]
pub struct Places {
    /// Where the days of the present shop end.
    zone: TimeZone,
    /// Each shop, with where its days end.
    shops: Vec<(ShopId, TimeZone)>,
}

impl Places {
    /// A device that has never stood elsewhere.
    pub fn only(shop: ShopId, zone: TimeZone) -> Self {
        Self { shops: vec![(shop, zone.clone())], zone }
    }

    /// With a shop in which it stood before.
    #[must_use]
    pub fn and(mut self, shop: ShopId, zone: TimeZone) -> Self {
        self.shops.push((shop, zone));
        self
    }

    /// Whether it stands there, or has stood.
    pub fn has(&self, shop: ShopId) -> bool {
        self.shops.iter().any(|(stood, _)| *stood == shop)
    }

    /// Where the shop's days end; as where the device stands now, if it never stood there.
    pub fn zone_of(&self, shop: ShopId) -> &TimeZone {
        self.shops.iter().find(|(stood, _)| *stood == shop).map_or(&self.zone, |(_, zone)| zone)
    }
}

/// Whose operations are taken, and under which rules.
pub struct Scope<'a> {
    /// The device.
    pub device: DeviceId,
    /// Which life of it.
    pub incarnation: Incarnation,
    /// Where it stands and has stood.
    pub places: Places,
    /// The server's own: no role is asked.
    pub by_server: bool,
    /// The device's clock agrees with the server's.
    pub clock_right: bool,
    /// What the organisation set.
    pub policy: Policy,
    /// Whose word the outcome is.
    pub identity: &'a Identity,
}
