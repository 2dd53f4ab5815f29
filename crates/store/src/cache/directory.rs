//! Who and where: shops, staff, devices and what the organisation set, all in memory.

use std::collections::HashMap;

use beadsbox_domain::{Country, DeviceId, LeastValidity, OfflineLimits, Policy, ShopId, StaffId, folding::fold};
use beadsbox_protocol::rows::{Device, Settings, Shop, Staff};
use jiff::tz::TimeZone;
use rusqlite::Connection;

use super::rows::{self, Table};

/// The names behind the ids, as far as this device knows them.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    shops: HashMap<ShopId, Shop>,
    staff: HashMap<StaffId, Staff>,
    devices: HashMap<DeviceId, Device>,
    zones: HashMap<ShopId, TimeZone>,
    settings: Settings,
}

impl Directory {
    pub(crate) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let shops: Vec<Shop> = rows::all(connection, Table::Shop)?;
        let zone_of = |shop: &Shop| TimeZone::get(&shop.time_zone).ok().map(|zone| (shop.id, zone));
        Ok(Self {
            zones: shops.iter().filter_map(zone_of).collect(),
            shops: shops.into_iter().map(|shop| (shop.id, shop)).collect(),
            staff: rows::all::<Staff>(connection, Table::Staff)?.into_iter().map(|staff| (staff.id, staff)).collect(),
            devices: rows::all::<Device>(connection, Table::Device)?.into_iter().map(|device| (device.id, device)).collect(),
            settings: rows::settings(connection)?.unwrap_or_default(),
        })
    }

    /// A shop.
    pub fn shop(&self, id: ShopId) -> Option<&Shop> {
        self.shops.get(&id)
    }

    /// A staff member.
    pub fn staff(&self, id: StaffId) -> Option<&Staff> {
        self.staff.get(&id)
    }

    /// A device.
    pub fn device(&self, id: DeviceId) -> Option<&Device> {
        self.devices.get(&id)
    }

    /// A shop's name; empty where it is not known.
    pub fn shop_name(&self, id: ShopId) -> &str {
        self.shop(id).map_or("", |shop| &shop.name)
    }

    /// A staff member's name; empty where it is not known.
    pub fn staff_name(&self, id: StaffId) -> &str {
        self.staff(id).map_or("", |staff| &staff.name)
    }

    /// A device's name; empty where it is not known.
    pub fn device_name(&self, id: DeviceId) -> &str {
        self.device(id).map_or("", |device| &device.name)
    }

    /// The shops by name.
    pub fn shops(&self) -> Vec<&Shop> {
        by_name(self.shops.values(), |shop| &shop.name)
    }

    /// The staff by name.
    pub fn staff_members(&self) -> Vec<&Staff> {
        by_name(self.staff.values(), |staff| &staff.name)
    }

    /// The devices by name.
    pub fn devices(&self) -> Vec<&Device> {
        by_name(self.devices.values(), |device| &device.name)
    }

    /// What the organisation set; the defaults before the first sync.
    pub const fn policy(&self) -> &Policy {
        &self.settings.policy
    }

    /// The least validity of vouchers by country; what the program comes with before the first sync.
    pub const fn least_validity(&self) -> &LeastValidity {
        &self.settings.least_validity
    }

    /// Whether a voucher goes to its buyer by mail unless its seller chooses otherwise; none where no mail can be sent.
    pub const fn mails_at_sale(&self) -> Option<bool> {
        self.settings.mails_at_sale
    }

    /// The countries of the shops that are open.
    pub fn countries(&self) -> impl Iterator<Item = Country> {
        self.shops.values().filter(|shop| !shop.closed).filter_map(|shop| shop.country)
    }

    /// How often that was changed; 0 before the first sync.
    pub const fn policy_version(&self) -> u64 {
        self.settings.row_version
    }

    /// What the device may honour without the server: its own limits, or else the organisation's.
    pub fn offline_limits(&self, device: DeviceId) -> &OfflineLimits {
        self.device(device).and_then(|device| device.offline.as_ref()).unwrap_or(&self.settings.policy.offline)
    }

    /// Where the shop's days end; UTC where it is not known.
    pub fn time_zone(&self, shop: ShopId) -> TimeZone {
        self.zones.get(&shop).cloned().unwrap_or(TimeZone::UTC)
    }
}

fn by_name<'a, T>(rows: impl Iterator<Item = &'a T>, name: impl Fn(&T) -> &String) -> Vec<&'a T> {
    let mut rows: Vec<&T> = rows.collect();
    rows.sort_by_cached_key(|row| fold(name(row)));
    rows
}
