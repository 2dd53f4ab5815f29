//! Closed days as the screens show them.

use beadsbox_domain::{
    DayClose, Deed, Money, OpId, Operation, Outcome,
    day::{PersonSums, Sums, Tally},
};
use beadsbox_store::{Directory, OwnOperation, View};

use crate::{
    error::{AppError, AppResult, ErrorCode},
    usecase::{Seat, id},
    view::{CloseState, ClosedDayView, DayCloseRow, DrawerView, MoneyView, PersonSumsView, SumsView, TallyView},
};

/// How many closes a page has.
const PAGE: usize = 30;
/// Before it are all.
pub(super) const NEWEST: u64 = i64::MAX.unsigned_abs();

impl Seat {
    /// This till's closes before that one, the newest first.
    pub async fn day_closes(&self, before: Option<u64>) -> AppResult<Vec<DayCloseRow>> {
        self.require(Deed::RunTill)?;
        self.read(move |view| {
            let closes = view.closes(before.unwrap_or(NEWEST), PAGE)?;
            Ok(closes.iter().filter_map(|own| row(view.directory(), own)).collect())
        })
        .await
    }

    /// A closed day, whole.
    pub async fn closed_day(&self, op: &str) -> AppResult<ClosedDayView> {
        self.require(Deed::RunTill)?;
        let op = id(op, ErrorCode::Internal)?;
        self.read(move |view| closed(view, op)).await
    }
}

/// The close that this operation is.
pub(super) fn close_in(own: &OwnOperation) -> Option<&DayClose> {
    if let Operation::CloseDay { close } = &own.body.operation { Some(close) } else { None }
}

pub(super) fn closed(view: &View<'_>, op: OpId) -> AppResult<ClosedDayView> {
    let own = view.own_operation(op)?;
    let found = own.as_ref().and_then(|own| Some((row(view.directory(), own)?, close_in(own)?)));
    let (row, close) = found.ok_or_else(|| AppError::internal("no such close"))?;
    Ok(ClosedDayView {
        row,
        totals: sums(&close.totals)?,
        people: people(view.directory(), &close.people)?,
        drawers: drawers(close),
        difference_reason: close.difference_reason.as_ref().map(ToString::to_string),
        unsent_reason: close.unsent.as_ref().map(|unsent| unsent.reason.to_string()),
        unvalued: close.unvalued,
    })
}

/// Its line.
pub(super) fn row(directory: &Directory, own: &OwnOperation) -> Option<DayCloseRow> {
    let close = close_in(own)?;
    Some(DayCloseRow {
        op_id: own.body.op.to_string(),
        dev_seq: own.body.dev_seq,
        number: close.number,
        day: close.day.to_string(),
        at: own.body.at.to_string(),
        staff: directory.staff_name(own.body.staff).to_owned(),
        sold: tallies(close, |sums| sums.sold.all().ok()),
        redeemed: tallies(close, |sums| Some(sums.redeemed)),
        differences: differences(close),
        unsent: close.unsent.as_ref().map_or(0, |unsent| unsent.count),
        state: match own.outcome {
            None => CloseState::Waiting,
            Some(Outcome::Rejected { .. }) => CloseState::Refused,
            Some(_) => CloseState::Confirmed,
        },
    })
}

/// Where the cash was not what it should be.
pub(super) fn differences(close: &DayClose) -> Vec<MoneyView> {
    let differing = close.drawers.iter().filter(|drawer| drawer.difference != 0);
    differing.map(|drawer| Money::new(drawer.difference, drawer.currency).into()).collect()
}

/// One for each currency in which there was one.
pub(super) fn tallies(close: &DayClose, pick: impl Fn(&Sums) -> Option<Tally>) -> Vec<TallyView> {
    let tallies = close.totals.iter().filter_map(|sums| Some(tally(sums, pick(sums)?)));
    tallies.filter(|tally| tally.count > 0).collect()
}

fn tally(sums: &Sums, tally: Tally) -> TallyView {
    TallyView { count: tally.count, sum: Money::new(tally.minor, sums.currency).into() }
}

pub(super) fn sums(all: &[Sums]) -> AppResult<Vec<SumsView>> {
    let one = |sums: &Sums| {
        let of = |of: Tally| tally(sums, of);
        Ok(SumsView {
            currency: sums.currency.code().to_owned(),
            sold: of(sums.sold.all().map_err(AppError::internal)?),
            sold_cash: of(sums.sold.cash),
            sold_card_terminal: of(sums.sold.card_terminal),
            sold_other: of(sums.sold.other),
            redeemed: of(sums.redeemed),
            accepted_offline: of(sums.accepted_offline),
            undone: of(sums.undone),
            overrides: of(sums.overrides),
            refunded: of(sums.refunded.all().map_err(AppError::internal)?),
            refunded_cash: of(sums.refunded.cash),
        })
    };
    all.iter().map(one).collect()
}

pub(super) fn people(directory: &Directory, people: &[PersonSums]) -> AppResult<Vec<PersonSumsView>> {
    let one = |person: &PersonSums| Ok(PersonSumsView { staff: directory.staff_name(person.staff).to_owned(), sums: sums(&person.sums)? });
    people.iter().map(one).collect()
}

pub(super) fn drawers(close: &DayClose) -> Vec<DrawerView> {
    let one = |drawer: &beadsbox_domain::day::Drawer| {
        let money = |minor| Money::new(minor, drawer.currency).into();
        let sums = close.sums(drawer.currency);
        DrawerView {
            float: money(drawer.float),
            sold_cash: money(sums.map_or(0, |sums| sums.sold.cash.minor)),
            refunded_cash: money(sums.map_or(0, |sums| sums.refunded.cash.minor)),
            cash_in: money(drawer.cash_in),
            cash_out: money(drawer.cash_out),
            expected: money(drawer.expected),
            counted: money(drawer.counted),
            difference: money(drawer.difference),
        }
    };
    close.drawers.iter().map(one).collect()
}
