//! The till's day: cash that moves, the blind count, the close, its report.

mod cash;
mod close;
mod everywhere;
mod list;
mod report;

use std::{cmp::Reverse, collections::BTreeMap};

use beadsbox_domain::{
    CashMovement, Currency, Date, DayClose, Deed, LastClose, Money, Timestamp,
    day::{Done, Summed, sum_up},
};
use beadsbox_store::{Business, View};
use jiff::tz::TimeZone;

use super::Seat;
use crate::{
    error::{AppError, AppResult},
    view::DayView,
};

/// What a close of the till would cover, summed up.
struct Day {
    after: Option<LastClose>,
    through_seq: u64,
    date: Date,
    summed: Summed,
    /// What has to be counted.
    to_count: Vec<Currency>,
}

impl Day {
    /// Everything since the last close through that place.
    fn through(view: &View<'_>, zone: TimeZone, through_seq: u64, now: Timestamp) -> AppResult<Self> {
        let after = view.last_close()?;
        let business = view.business(after.map_or(0, |last| last.through_seq), through_seq)?;
        let last_at = business.iter().rev().find(|done| done.own.body.operation.is_business()).map_or(now, |done| done.own.body.at);
        let summed = summed(&business)?;
        Ok(Self { after, through_seq, date: last_at.to_zoned(zone).date(), to_count: to_count(view, &summed)?, summed })
    }

    /// The close, but for its reasons.
    fn close(self, counted: &[Money]) -> AppResult<DayClose> {
        Ok(DayClose {
            number: number_after(self.after),
            day: self.date,
            after_seq: self.after.map_or(0, |last| last.through_seq),
            through_seq: self.through_seq,
            drawers: self.summed.drawers(counted).map_err(AppError::internal)?,
            totals: self.summed.totals,
            people: self.summed.people,
            unvalued: self.summed.unvalued,
            difference_reason: None,
            unsent: None,
        })
    }
}

impl Seat {
    /// How the day stands.
    pub async fn day(&self) -> AppResult<DayView> {
        self.require(Deed::RunTill)?;
        let seat = self.clone();
        self.read(move |view| seat.day_in(view)).await
    }

    fn day_in(&self, view: &View<'_>) -> AppResult<DayView> {
        let (now, zone) = (self.device.host.clock.now(), self.zone(view));
        let through_seq = view.last_seq()?;
        let last = view.last_close()?;
        let business = view.business(last.map_or(0, |last| last.through_seq), through_seq)?;
        let moves = cash::moves(view, &business);
        let summed = summed(&business)?;
        Ok(DayView {
            today: now.to_zoned(zone).date().to_string(),
            missed: self.missed_day_in(view)?,
            open: business.iter().any(|done| done.own.body.operation.is_business()),
            next_number: number_after(last),
            last: view.closes(list::NEWEST, 1)?.first().and_then(|own| list::row(view.directory(), own)),
            currencies: currencies(view, &summed)?.into_iter().map(Into::into).collect(),
            to_count: to_count(view, &summed)?.into_iter().map(Into::into).collect(),
            has_float: moves.iter().any(|row| row.movement == CashMovement::Float),
            moves,
        })
    }

    /// An earlier day on which something was done, and which is not closed. Asked at every start, so it sums up nothing.
    pub async fn missed_day(&self) -> AppResult<Option<String>> {
        self.require(Deed::RunTill)?;
        let seat = self.clone();
        self.read(move |view| seat.missed_day_in(view)).await
    }

    fn missed_day_in(&self, view: &View<'_>) -> AppResult<Option<String>> {
        let (now, zone) = (self.device.host.clock.now(), self.zone(view));
        let after = view.last_close()?.map_or(0, |last| last.through_seq);
        let begins = now.to_zoned(zone.clone()).start_of_day().map_or(now, |midnight| midnight.timestamp());
        Ok(view.last_business(after, begins)?.map(|at| at.to_zoned(zone).date().to_string()))
    }

    /// The shop's time zone.
    pub(in crate::usecase) fn zone(&self, view: &View<'_>) -> TimeZone {
        view.directory().time_zone(self.device.place().shop)
    }
}

/// The number of the close after that one.
fn number_after(last: Option<LastClose>) -> u64 {
    last.map_or(1, |last| last.number.saturating_add(1))
}

/// What cash may be of: the currencies of the templates on sale, that of the most templates first, and those in which cash moved.
fn currencies(view: &View<'_>, summed: &Summed) -> AppResult<Vec<Currency>> {
    let mut templates: BTreeMap<&'static str, (usize, Currency)> = BTreeMap::new();
    for row in view.templates(false)? {
        let currency = row.template.content.price.currency;
        templates.entry(currency.code()).or_insert((0, currency)).0 += 1;
    }
    let mut found: Vec<(usize, Currency)> = templates.into_values().collect();
    found.sort_by_key(|(templates, _)| Reverse(*templates));
    let mut found: Vec<Currency> = found.into_iter().map(|(_, currency)| currency).collect();
    let moved = summed.cash_currencies().into_iter().filter(|currency| !found.contains(currency));
    found.extend(moved.collect::<Vec<_>>());
    Ok(found)
}

/// What has to be counted: where cash moved, where the last close left some, and else what the till sells in.
fn to_count(view: &View<'_>, summed: &Summed) -> AppResult<Vec<Currency>> {
    let mut found = summed.cash_currencies();
    let last = view.closes(list::NEWEST, 1)?;
    let left = last.first().and_then(list::close_in).into_iter().flat_map(|close| &close.drawers);
    for drawer in left.filter(|drawer| drawer.counted != 0) {
        if !found.contains(&drawer.currency) {
            found.push(drawer.currency);
        }
    }
    if found.is_empty() {
        found.extend(currencies(view, summed)?.first());
    }
    Ok(found)
}

fn summed(business: &[Business]) -> AppResult<Summed> {
    let done: Vec<Done<'_>> = business.iter().map(Business::done).collect();
    sum_up(&done).map_err(AppError::internal)
}
