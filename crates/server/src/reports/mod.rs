//! Reports over the books: each from one moment of the database, or of a copy of it that says how old it is. Nothing of a report is sent before it is
//! whole, so one whose copy is lost meanwhile is read anew from the database.

mod accounting;
mod activity;
mod ageing;
mod liability;
mod source;
mod vat;

use std::collections::BTreeSet;

use beadsbox_domain::Currency;
use beadsbox_protocol::report::{MOST_DAYS, Made, ReportQuery};
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

use self::source::{Source, is_lost};
use crate::{
    db::{self, to_count},
    error::Failure,
    state::App,
};

pub(crate) use accounting::accounting;
pub(crate) use activity::activity;
pub(crate) use ageing::{ageing, breakage};
pub(crate) use liability::liability;
pub(crate) use source::copy_age;
pub(crate) use vat::vat;

/// One moment of the books.
struct Moment<'a> {
    app: &'a App,
    tx: Transaction<'static, Postgres>,
    /// How old that moment is, in seconds.
    age_seconds: u64,
    query: ReportQuery,
    /// What the report names.
    named: BTreeSet<Uuid>,
}

/// Makes a report: from the copy where there is one that is good for something, and from the database where that is lost while it is read.
async fn made<'a, R, F>(app: &'a App, query: ReportQuery, make: impl Fn(Moment<'a>) -> F) -> Result<R, Failure>
where
    F: Future<Output = Result<R, Failure>>,
{
    check(&query)?;
    if let Some(source) = Source::copy(app).await {
        match make(Moment::of(app, source, query.clone())).await {
            Err(Failure::Database(error)) if is_lost(&error) => {
                tracing::warn!(%error, "the copy for reports was lost while one was read: the database itself answers");
            }
            read => return read,
        }
    }
    make(Moment::of(app, Source::database(app).await?, query)).await
}

impl<'a> Moment<'a> {
    fn of(app: &'a App, source: Source, query: ReportQuery) -> Self {
        let Source { tx, age_seconds } = source;
        Self { app, tx, age_seconds, query, named: BTreeSet::new() }
    }

    /// How the report was made, once nothing more is read.
    async fn end(mut self) -> Result<Made, Failure> {
        let ids: Vec<Uuid> = self.named.into_iter().collect();
        let names = db::report::names(&mut self.tx, &ids).await?;
        let through_commit_no = db::report::through_commit_no(&mut self.tx).await?.map_or(0, to_count);
        self.tx.commit().await?;
        let ReportQuery { from, to, .. } = self.query;
        Ok(Made { from, to, at: self.app.clock.now(), through_commit_no, data_age_seconds: self.age_seconds, names })
    }
}

fn check(query: &ReportQuery) -> Result<(), Failure> {
    let days = query.from.until(query.to).map_err(|_| Failure::malformed("a day beyond the calendar"))?.get_days();
    if !(0..MOST_DAYS).contains(&days) {
        return Err(Failure::malformed(format!("a period is of 1 to {MOST_DAYS} days")));
    }
    if let Some(code) = &query.currency {
        currency(code).map_err(|_| Failure::malformed("currency: not a code of ISO 4217"))?;
    }
    Ok(())
}

fn currency(code: &str) -> Result<Currency, Failure> {
    Currency::from_code(code).map_err(|_| Failure::Defect("a row is damaged: ledger_entry.currency".to_owned()))
}

fn out_of_range() -> Failure {
    Failure::Defect("a sum of a report is out of range".to_owned())
}

/// Adds to a sum.
fn add(sum: &mut i64, more: i64) -> Result<(), Failure> {
    *sum = sum.checked_add(more).ok_or_else(out_of_range)?;
    Ok(())
}
