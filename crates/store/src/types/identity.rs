//! Which device this is, where it stands, and whether it may record.

use beadsbox_domain::{DeviceId, ShopId, Timestamp};
use beadsbox_protocol::{ChainHash, Incarnation, Profile, enrol::EnrolResponse};
use uuid::Uuid;

/// The device's identity, as the server gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The device.
    pub device: DeviceId,
    /// Which life of it.
    pub incarnation: Incarnation,
    /// What people called it then; [`Place`] has what they call it now.
    pub name: String,
    /// Where it stood then.
    pub shop: ShopId,
    /// The server's address.
    pub server_url: String,
    /// The server's epoch, as last seen.
    pub epoch: Uuid,
    /// The server's Ed25519 key.
    pub server_public_key: [u8; 32],
    /// The server's signature over the enrolment, as it came.
    pub certificate: String,
    /// When.
    pub enrolled_at: Timestamp,
    /// The device's Ed25519 key, the public half.
    pub public_key: [u8; 32],
    /// What it is sent; none in files from before this was kept.
    pub profile: Option<Profile>,
    /// The shop's name at the enrolment; none in files from before this was kept.
    pub shop_name: Option<String>,
    /// The shop's time zone at the enrolment; none in files from before this was kept.
    pub time_zone: Option<String>,
}

/// Where the device stands now, and what people call it: as it was enrolled, until an admin says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The device's name.
    pub name: String,
    /// The shop.
    pub shop: ShopId,
    /// The shop's name when the device came there; none in files from before this was kept.
    pub shop_name: Option<String>,
}

impl Enrolment {
    /// What the server answered to a device of that name and public key. None where the server's key is no key.
    pub fn answered(response: EnrolResponse, name: String, server_url: String, public_key: [u8; 32]) -> Option<Self> {
        let mut server_public_key = [0; 32];
        hex::decode_to_slice(&response.server_public_key, &mut server_public_key).ok()?;
        Some(Self {
            device: response.device_id,
            incarnation: response.incarnation,
            name,
            shop: response.shop.id,
            server_url,
            epoch: response.epoch,
            server_public_key,
            certificate: response.certificate,
            enrolled_at: response.enrolled_at,
            public_key,
            profile: Some(response.profile),
            shop_name: Some(response.shop.name),
            time_zone: Some(response.shop.time_zone),
        })
    }
}

/// Whether this device may record, and on what it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// The last operation recorded here; 0 before the first.
    pub last_seq: u64,
    /// The server holds own operations up to this one, which these files lack.
    pub behind_until: Option<u64>,
    /// Since when it is revoked, by this device's clock.
    pub revoked_at: Option<Timestamp>,
}

/// Where a fork left the life that it shares with another copy of the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fork {
    /// Who forked.
    pub device: DeviceId,
    /// The life that it had.
    pub incarnation: Incarnation,
    /// The first operation that differs.
    pub seq: u64,
    /// This device's own hash after it.
    pub hash: ChainHash,
}
