//! The admin's end of day: every shop with its devices.

use beadsbox_domain::{Date, Deed, Money};
use beadsbox_protocol::{
    end_of_day::{CloseSeen, DayState, DeviceDay, EndOfDay, ShopDay},
    rows::DeviceState,
};
use beadsbox_store::Directory;
use jiff::SignedDuration;

use super::list;
use crate::{
    error::{AppError, AppResult, FieldErrorCode},
    usecase::Seat,
    view::{CallReason, CloseSeenView, DayStateView, DeviceDayView, EndOfDayView, MoneyView, ShopDayView},
};

/// A till that was not heard of for longer is asked about.
const SILENT: SignedDuration = SignedDuration::from_hours(24);

impl Seat {
    /// How a day stands in every shop: today's where none is named. Only the server knows.
    pub async fn end_of_day(&self, day: Option<String>) -> AppResult<EndOfDayView> {
        self.require(Deed::Administer)?;
        let day = if let Some(text) = day {
            read_day(&text)?
        } else {
            let (now, seat) = (self.device.host.clock.now(), self.clone());
            self.read(move |view| Ok(now.to_zoned(seat.zone(view)).date())).await?
        };
        let told = self.device.server.end_of_day(self.server_session()?, day).await?;
        let seat = self.clone();
        self.read(move |view| seat.shown(view.directory(), &told)).await
    }

    fn shown(&self, directory: &Directory, told: &EndOfDay) -> AppResult<EndOfDayView> {
        let shops: Vec<ShopDayView> = told.shops.iter().map(|shop| self.shop_day(directory, told, shop)).collect();
        Ok(EndOfDayView {
            day: told.day.to_string(),
            asked_at: told.server_time.to_string(),
            open_conflicts: told.shops.iter().map(|shop| shop.open_conflicts).sum(),
            at_stake: added(told.shops.iter().flat_map(|shop| shop.at_stake.iter().copied()))?,
            to_call: shops.iter().flat_map(|shop| &shop.devices).filter(|device| !device.call.is_empty()).count() as u64,
            shops,
            cut: told.cut,
        })
    }

    fn shop_day(&self, directory: &Directory, told: &EndOfDay, shop: &ShopDay) -> ShopDayView {
        ShopDayView {
            id: shop.shop.id.to_string(),
            name: shop.shop.name.clone(),
            devices: shop.devices.iter().map(|device| self.device_day(directory, told, device)).collect(),
            open_conflicts: shop.open_conflicts,
            at_stake: shop.at_stake.iter().copied().map(MoneyView::from).collect(),
        }
    }

    fn device_day(&self, directory: &Directory, told: &EndOfDay, day: &DeviceDay) -> DeviceDayView {
        DeviceDayView {
            id: day.device.id.to_string(),
            name: day.device.name.clone(),
            this_device: day.device.id == self.device.enrolment.device,
            revoked: day.device.state == DeviceState::Revoked,
            state: match day.state {
                DayState::Closed => DayStateView::Closed,
                DayState::Open => DayStateView::Open,
                DayState::Idle => DayStateView::Idle,
            },
            last_contact_at: day.last_contact_at.map(|at| at.to_string()),
            waiting: day.waiting,
            closes: day.closes.iter().map(|seen| close_seen(directory, seen)).collect(),
            not_closed: day.not_closed,
            not_closed_since: day.not_closed_since.map(|at| at.to_string()),
            call: reasons(told, day),
        }
    }
}

fn reasons(told: &EndOfDay, day: &DeviceDay) -> Vec<CallReason> {
    let silent = day.last_contact_at.is_some_and(|at| told.server_time.duration_since(at) > SILENT) && day.device.state != DeviceState::Revoked;
    [
        (day.state == DayState::Open, CallReason::NotClosed),
        (day.waiting.is_some_and(|waiting| waiting > 0), CallReason::Waiting),
        (silent, CallReason::Silent),
        (day.closes.iter().any(|seen| seen.agrees == Some(false)), CallReason::Disagrees),
    ]
    .into_iter()
    .filter_map(|(holds, reason)| holds.then_some(reason))
    .collect()
}

fn close_seen(directory: &Directory, seen: &CloseSeen) -> CloseSeenView {
    let close = &seen.close;
    CloseSeenView {
        op_id: seen.stamp.op.to_string(),
        number: close.number,
        at: seen.stamp.at.to_string(),
        staff: directory.staff_name(seen.stamp.staff).to_owned(),
        agrees: seen.agrees,
        sold: list::tallies(close, |sums| sums.sold.all().ok()),
        redeemed: list::tallies(close, |sums| Some(sums.redeemed)),
        overrides: list::tallies(close, |sums| Some(sums.overrides)),
        differences: list::differences(close),
        difference_reason: close.difference_reason.as_ref().map(ToString::to_string),
        unsent: close.unsent.as_ref().map_or(0, |unsent| unsent.count),
        unsent_reason: close.unsent.as_ref().map(|unsent| unsent.reason.to_string()),
    }
}

/// One sum for each currency.
fn added(all: impl Iterator<Item = Money>) -> AppResult<Vec<MoneyView>> {
    let mut sums: Vec<Money> = Vec::new();
    for money in all {
        match sums.iter_mut().find(|sum| sum.currency == money.currency) {
            Some(sum) => *sum = sum.checked_add(money).map_err(AppError::internal)?,
            None => sums.push(money),
        }
    }
    Ok(sums.into_iter().map(MoneyView::from).collect())
}

fn read_day(text: &str) -> AppResult<Date> {
    text.parse().map_err(|_| AppError::in_field("day", FieldErrorCode::Required, None))
}
