//! The rules under which devices' operations are taken.

use std::collections::HashMap;

use beadsbox_authority::{Identity, Places, Scope};
use beadsbox_domain::{DeviceId, Policy, ShopId};
use beadsbox_protocol::Incarnation;
use jiff::tz::TimeZone;
use sqlx::PgConnection;

use crate::{
    db::{self, rules::Standing},
    error::Failure,
};

/// Where the days of each shop end.
pub(crate) struct Zones(HashMap<ShopId, TimeZone>);

impl Zones {
    pub(crate) async fn load(conn: &mut PgConnection) -> sqlx::Result<Self> {
        Ok(Self::read(db::shop::zones(conn).await?.iter().map(|(shop, zone)| (*shop, zone.as_str()))))
    }

    fn read<'a>(named: impl Iterator<Item = (ShopId, &'a str)>) -> Self {
        let read = |(shop, zone): (ShopId, &str)| match TimeZone::get(zone) {
            Ok(zone) => Some((shop, zone)),
            Err(error) => {
                tracing::error!(%error, %shop, "a shop's time zone cannot be read: its days end as in UTC");
                None
            }
        };
        Self(named.filter_map(read).collect())
    }

    /// Of a shop that a restore lost nobody knows: UTC.
    pub(crate) fn of(&self, shop: ShopId) -> TimeZone {
        self.0.get(&shop).cloned().unwrap_or(TimeZone::UTC)
    }
}

/// What is read once for all devices of a transaction.
pub(crate) struct Rules {
    at_home: bool,
    policy: Policy,
    pub zones: Zones,
    devices: HashMap<DeviceId, Standing>,
}

impl From<db::rules::Rules> for Rules {
    fn from(read: db::rules::Rules) -> Self {
        let db::rules::Rules { at_home, policy, zones, devices } = read;
        Self { at_home, policy, zones: Zones::read(zones.iter().map(|(shop, zone)| (*shop, zone.as_str()))), devices }
    }
}

impl Rules {
    /// For one life of a device whose row is locked.
    pub async fn of(conn: &mut PgConnection, identity: &Identity, device: DeviceId, incarnation: Incarnation) -> Result<Self, Failure> {
        Ok(db::rules::read(conn, identity.epoch, &[(device, incarnation)]).await?.into())
    }

    /// Whether the database is the one on which this process's epoch began.
    pub const fn at_home(&self) -> bool {
        self.at_home
    }

    pub fn standing(&self, device: DeviceId) -> Option<&Standing> {
        self.devices.get(&device)
    }

    /// Under which operations of a device's life are taken, which is there.
    pub fn scope<'a>(&self, device: DeviceId, incarnation: Incarnation, identity: &'a Identity, clock_right: bool) -> Result<Scope<'a>, Failure> {
        let standing = self.standing(device).ok_or_else(|| Failure::Defect(format!("a life of {device} is not there")))?;
        let by_server = device == db::device::SERVER;
        Ok(Scope { device, incarnation, places: self.places_of(standing, by_server), by_server, clock_right, policy: self.policy, identity })
    }

    /// Where it stands and has stood. The server itself stands nowhere, and what it sells is any shop's business.
    fn places_of(&self, device: &Standing, by_server: bool) -> Places {
        let present = Places::only(device.shop, self.zones.of(device.shop));
        let with = |places: Places, shop: ShopId| if shop == device.shop { places } else { places.and(shop, self.zones.of(shop)) };
        if by_server {
            return self.zones.0.keys().copied().fold(present, with);
        }
        device.former.iter().copied().fold(present, with)
    }
}
