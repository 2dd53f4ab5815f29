//! Cash at the opening, put in, taken out.

use beadsbox_domain::{CashMovement, Currency, Deed, Money, Operation};
use beadsbox_store::{Business, View};

use crate::{
    error::{AppError, AppResult, FieldErrorCode, FieldErrors},
    usecase::{Seat, reason},
    view::{CashForm, CashMoveRow, DayView},
};

impl Seat {
    /// Records that cash came into the drawer or left it, and shows the day as it stands then.
    pub async fn move_cash(&self, form: CashForm) -> AppResult<DayView> {
        self.require(Deed::RunTill)?;
        let amount = amount(&form)?;
        let reason = if form.movement == CashMovement::Float { None } else { Some(reason(&form.reason)?) };
        self.record(Operation::MoveCash { movement: form.movement, amount, reason }, None).await?;
        self.day().await
    }
}

fn amount(form: &CashForm) -> AppResult<Money> {
    let mut faults = FieldErrors::default();
    let currency = faults.take("currency", Currency::from_code(&form.currency));
    let amount = currency.and_then(|currency| faults.take("amount", Money::parse(&form.amount, currency)));
    // An empty drawer is a float like any other; nothing put in is not.
    let least = i64::from(form.movement != CashMovement::Float);
    if amount.is_some_and(|amount| amount.minor < least) {
        faults.add("amount", FieldErrorCode::TooSmall, None);
    }
    faults.finish()?;
    amount.ok_or_else(|| AppError::internal("a form without a fault"))
}

/// What moved, the oldest first.
pub(super) fn moves(view: &View<'_>, business: &[Business]) -> Vec<CashMoveRow> {
    let rows = business.iter().filter_map(|done| match &done.own.body.operation {
        Operation::MoveCash { movement, amount, reason } => Some(CashMoveRow {
            op_id: done.own.body.op.to_string(),
            movement: *movement,
            amount: (*amount).into(),
            reason: reason.as_ref().map(ToString::to_string),
            at: done.own.body.at.to_string(),
            staff: view.directory().staff_name(done.own.body.staff).to_owned(),
        }),
        _ => None,
    });
    rows.collect()
}
