//! The count, blind, and the close.

use beadsbox_domain::{Currency, DayClose, Deed, Money, OpId, Operation, day::Unsent};
use beadsbox_store::{NewOperation, View};

use super::{Day, list, report};
use crate::{
    error::{AppError, AppResult, ErrorCode, FieldErrorCode, FieldErrors},
    usecase::{Seat, reason},
    view::{CloseForm, ClosedDayView, CountForm, Counted, DayCountView},
};

impl Seat {
    /// What was counted against what should be there. The count is said first.
    pub async fn count_day(&self, form: CountForm) -> AppResult<DayCountView> {
        self.require(Deed::RunTill)?;
        let seat = self.clone();
        self.read(move |view| {
            let through_seq = view.last_seq()?;
            quiet(view)?;
            let close = seat.close_through(view, through_seq, &form.counted)?;
            Ok(DayCountView {
                number: close.number,
                day: close.day.to_string(),
                through_seq,
                totals: list::sums(&close.totals)?,
                people: list::people(view.directory(), &close.people)?,
                drawers: list::drawers(&close),
                has_difference: close.has_difference(),
                unsent: view.unsent(through_seq)?,
            })
        })
        .await
    }

    /// Closes the day: one operation, with all that was counted and said. What was recorded after the count belongs to the next day.
    pub async fn close_day(&self, form: CloseForm) -> AppResult<ClosedDayView> {
        self.require(Deed::RunTill)?;
        let language = form.language.into();
        let op = OpId(self.device.host.new_id());
        self.keep_words(op, language).await?;
        let seat = self.clone();
        // In the transaction that writes it: nothing can be recorded between the sums and the close.
        let made = self.device.record_with(move |view, shop| {
            let close = Box::new(seat.close_of(view, &form)?);
            Ok::<_, AppError>(vec![NewOperation { op, shop, ..seat.operation(Operation::CloseDay { close }) }])
        });
        made.await?;
        // Where an admin moved the till, it moves with the end of its day.
        self.device.settle_in().await;
        self.read(move |view| list::closed(view, op)).await
    }

    fn close_of(&self, view: &View<'_>, form: &CloseForm) -> AppResult<DayClose> {
        // Somebody closed it meanwhile, or it is no answer of a count. A close stands behind what it covers, so a count after it reaches further.
        let closed = view.last_close()?.is_some_and(|last| form.through_seq <= last.through_seq);
        if closed || form.through_seq > view.last_seq()? {
            return Err(AppError::new(ErrorCode::DayChanged, "the day was closed meanwhile"));
        }
        quiet(view)?;
        let close = self.close_through(view, form.through_seq, &form.counted)?;
        let unsent = view.unsent(form.through_seq)?;
        Ok(DayClose {
            difference_reason: close.has_difference().then(|| reason(&form.difference_reason)).transpose()?,
            unsent: (unsent > 0).then(|| Ok::<_, AppError>(Unsent { count: unsent, reason: reason(&form.unsent_reason)? })).transpose()?,
            ..close
        })
    }

    fn close_through(&self, view: &View<'_>, through_seq: u64, typed: &[Counted]) -> AppResult<DayClose> {
        let day = Day::through(view, self.zone(view), through_seq, self.device.host.clock.now())?;
        let counted = counted(&day.to_count, typed)?;
        day.close(&counted)
    }

    /// Keeps the names that stand on the report, before the close itself: so it is the same on every print, whoever is renamed.
    async fn keep_words(&self, close: OpId, language: beadsbox_documents::Language) -> AppResult<()> {
        let seat = self.clone();
        let words = self.read(move |view| Ok(report::Words::now(&seat, view, language))).await?;
        let text = serde_json::to_string(&words).map_err(AppError::internal)?;
        self.device.files(move |store| Ok(store.set_preference(&report::key(close), &text)?)).await
    }
}

/// Nobody waits for the server's answer to a redemption: whether goods went would not be known.
fn quiet(view: &View<'_>) -> AppResult<()> {
    if view.open_asks()?.is_empty() {
        return Ok(());
    }
    Err(AppError::new(ErrorCode::DayNotQuiet, "a redemption is not answered yet"))
}

/// What was typed, of each currency that the till has.
fn counted(currencies: &[Currency], typed: &[Counted]) -> AppResult<Vec<Money>> {
    let mut faults = FieldErrors::default();
    let mut counted = Vec::new();
    for currency in currencies {
        let field = format!("counted.{currency}");
        let amount = typed.iter().find(|typed| typed.currency == currency.code()).map(|typed| typed.amount.as_str());
        match amount.filter(|amount| !amount.trim().is_empty()) {
            None => faults.add(&field, FieldErrorCode::Required, None),
            Some(amount) => match faults.take(&field, Money::parse(amount, *currency)) {
                Some(amount) if amount.minor < 0 => faults.add(&field, FieldErrorCode::TooSmall, None),
                amount => counted.extend(amount),
            },
        }
    }
    faults.finish()?;
    Ok(counted)
}
