//! One day in every shop, for an admin.

use std::collections::HashMap;

use beadsbox_domain::{Date, DeviceId, ShopId, Timestamp};
use beadsbox_protocol::{
    end_of_day::{CloseSeen, DayState, DeviceDay, EndOfDay, ShopDay},
    rows::{DeviceState, Shop},
};
use jiff::tz::TimeZone;

use crate::{
    db::{self, device::Device, end_of_day::NotClosed},
    error::Failure,
    state::App,
};

/// The most devices of one answer.
const MOST_DEVICES: usize = 1000;

/// How that day stands, from one moment of the database.
pub(crate) async fn read(app: &App, day: Date) -> Result<EndOfDay, Failure> {
    let mut tx = db::at_one_moment(&app.pool).await?;
    let shops = db::shop::all(&mut tx).await?;
    let ends = ends(&shops, day)?;
    let mut devices = db::device::all(&mut tx).await?;
    let cut = devices.len() > MOST_DEVICES;
    devices.truncate(MOST_DEVICES);
    let with_ends: Vec<(DeviceId, Timestamp)> = devices.iter().filter_map(|device| Some((device.id, *ends.get(&device.shop)?))).collect();
    let ids: Vec<DeviceId> = devices.iter().map(|device| device.id).collect();
    let mut not_closed = db::end_of_day::not_closed(&mut tx, &with_ends).await?;
    let mut closes = db::end_of_day::closes(&mut tx, day, &ids).await?;
    let mut at_stake = db::end_of_day::at_stake(&mut tx).await?;
    tx.commit().await?;

    let mut by_shop: HashMap<ShopId, Vec<DeviceDay>> = HashMap::new();
    for device in &devices {
        let told = device_day(device, not_closed.remove(&device.id).unwrap_or_default(), closes.remove(&device.id).unwrap_or_default());
        if device.state != DeviceState::Revoked || told.state == DayState::Open || !told.closes.is_empty() {
            by_shop.entry(device.shop).or_default().push(told);
        }
    }
    let mut told: Vec<ShopDay> = shops
        .into_iter()
        .map(|shop| {
            let stake = at_stake.remove(&shop.id).unwrap_or_default();
            let mut devices = by_shop.remove(&shop.id).unwrap_or_default();
            devices.sort_by(|one, other| one.device.name.cmp(&other.device.name));
            ShopDay { shop, devices, open_conflicts: stake.open_conflicts, at_stake: stake.worth }
        })
        .collect();
    told.sort_by(|one, other| one.shop.name.cmp(&other.shop.name));
    Ok(EndOfDay { day, server_time: app.clock.now(), shops: told, cut })
}

/// When that day ends in each shop.
fn ends(shops: &[Shop], day: Date) -> Result<HashMap<ShopId, Timestamp>, Failure> {
    let next = day.tomorrow().map_err(|_| Failure::malformed("day is beyond the calendar"))?;
    let end = |shop: &Shop| {
        let zone = TimeZone::get(&shop.time_zone).map_err(|error| Failure::Defect(format!("a shop's time zone: {error}")))?;
        let midnight = next.to_zoned(zone).map_err(|_| Failure::malformed("day is beyond the calendar"))?;
        Ok((shop.id, midnight.timestamp()))
    };
    shops.iter().map(end).collect()
}

fn device_day(device: &Device, not_closed: NotClosed, closes: Vec<CloseSeen>) -> DeviceDay {
    let status = device.status();
    let state = match (not_closed.number, closes.is_empty()) {
        (0, true) => DayState::Idle,
        (0, false) => DayState::Closed,
        _ => DayState::Open,
    };
    DeviceDay {
        device: status.device,
        state,
        last_contact_at: status.last_contact_at,
        waiting: status.waiting,
        closes,
        not_closed: not_closed.number,
        not_closed_since: not_closed.since,
    }
}
