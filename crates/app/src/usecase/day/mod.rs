//! The till's day: cash that moves, the blind count, the close, its report.

mod cash;
mod close;
mod everywhere;
mod list;
mod report;

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
    day: Date,
    summed: Summed,
    /// What has to be counted.
    currencies: Vec<Currency>,
}

impl Day {
    /// Everything since the last close through that place.
    fn through(view: &View<'_>, zone: TimeZone, through_seq: u64, now: Timestamp) -> AppResult<Self> {
        let after = view.last_close()?;
        let business = view.business(after.map_or(0, |last| last.through_seq), through_seq)?;
        let last_at = business.iter().rev().find(|done| done.own.body.operation.is_business()).map_or(now, |done| done.own.body.at);
        let currencies = currencies(view, &business)?;
        Ok(Self { after, through_seq, day: last_at.to_zoned(zone).date(), summed: summed(&business)?, currencies })
    }

    /// The close's number.
    fn number(&self) -> u64 {
        self.after.map_or(1, |last| last.number.saturating_add(1))
    }

    /// The close, but for its reasons.
    fn close(self, counted: &[Money]) -> AppResult<DayClose> {
        Ok(DayClose {
            number: self.number(),
            day: self.day,
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
        let last = view.last_close()?;
        let after = last.map_or(0, |last| last.through_seq);
        let business = view.business(after, view.last_seq()?)?;
        let today = now.to_zoned(zone.clone()).date();
        let begins = today.to_zoned(zone.clone()).map_or(now, |midnight| midnight.timestamp());
        let moves = cash::moves(view, &business);
        Ok(DayView {
            today: today.to_string(),
            missed: view.last_business(after, begins)?.map(|at| at.to_zoned(zone).date().to_string()),
            open: business.iter().any(|done| done.own.body.operation.is_business()),
            next_number: last.map_or(1, |last| last.number.saturating_add(1)),
            last: view.closes(list::NEWEST, 1)?.first().and_then(|own| list::row(view.directory(), own)),
            currencies: currencies(view, &business)?.into_iter().map(Into::into).collect(),
            has_float: moves.iter().any(|row| row.movement == CashMovement::Float),
            moves,
            unsent: view.unsent(view.last_seq()?)?,
        })
    }

    /// The shop's time zone.
    fn zone(&self, view: &View<'_>) -> TimeZone {
        view.directory().time_zone(self.device.enrolment.shop)
    }
}

/// Those of the templates on sale, and those in which cash moved since the last close, in the order of their codes.
fn currencies(view: &View<'_>, business: &[Business]) -> AppResult<Vec<Currency>> {
    let mut found: Vec<Currency> = view.templates(false)?.into_iter().map(|row| row.template.content.price.currency).collect();
    found.extend(summed(business)?.cash_currencies());
    found.sort_by_key(|currency| currency.code());
    found.dedup();
    Ok(found)
}

fn summed(business: &[Business]) -> AppResult<Summed> {
    let done: Vec<Done<'_>> = business.iter().map(Business::done).collect();
    sum_up(&done).map_err(AppError::internal)
}
