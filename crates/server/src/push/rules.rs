//! The rules under which devices' operations are taken.

use std::collections::HashMap;

use beadsbox_authority::{Identity, Places, Scope, lives::Life};
use beadsbox_domain::{DeviceId, Policy, ShopId};
use beadsbox_protocol::Incarnation;
use jiff::tz::TimeZone;
use sqlx::PgConnection;

use crate::{
    db::{self, device::Device},
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
    lives: HashMap<DeviceId, db::rules::Standing>,
}

impl Rules {
    /// For one life of each of these devices, whose rows are locked. None where none of the lives is there.
    pub async fn read(conn: &mut PgConnection, identity: &Identity, asked: &[(DeviceId, Incarnation)]) -> Result<Option<Self>, Failure> {
        let read = db::rules::read(conn, identity.epoch, asked).await?;
        Ok(read.map(|rules| Self {
            at_home: rules.at_home,
            policy: rules.policy,
            zones: Zones::read(rules.zones.iter().map(|(shop, zone)| (*shop, zone.as_str()))),
            lives: rules.lives,
        }))
    }

    /// For one life that is there.
    pub async fn of(conn: &mut PgConnection, identity: &Identity, device: DeviceId, incarnation: Incarnation) -> Result<Self, Failure> {
        let read = Self::read(conn, identity, &[(device, incarnation)]).await?;
        read.ok_or_else(|| Failure::Defect(format!("a life of {device} is not there")))
    }

    /// Whether the database is the one on which this process's epoch began.
    pub const fn at_home(&self) -> bool {
        self.at_home
    }

    pub fn life(&self, device: DeviceId) -> Option<&Life> {
        self.lives.get(&device).map(|standing| &standing.life)
    }

    /// Under which a device's operations are taken.
    pub fn scope<'a>(&self, device: &Device, incarnation: Incarnation, identity: &'a Identity, clock_right: bool) -> Scope<'a> {
        Scope {
            device: device.id,
            incarnation,
            places: self.places_of(device),
            by_server: device.id == db::device::SERVER,
            clock_right,
            policy: self.policy,
            identity,
        }
    }

    /// Where it stands and has stood. The server itself stands nowhere, and what it sells is any shop's business.
    fn places_of(&self, device: &Device) -> Places {
        let present = Places::only(device.shop, self.zones.of(device.shop));
        let with = |places: Places, shop: ShopId| if shop == device.shop { places } else { places.and(shop, self.zones.of(shop)) };
        if device.id == db::device::SERVER {
            return self.zones.0.keys().copied().fold(present, with);
        }
        self.lives.get(&device.id).map(|standing| &standing.former).into_iter().flatten().copied().fold(present, with)
    }
}
