//! Has vouchers mailed to their buyers when the server takes their sales.

use beadsbox_authority::{Fresh, Reading};
use beadsbox_domain::{OpId, Operation, Person, Timestamp, VoucherId};
use beadsbox_protocol::{job::JobKind, mail::MOST_VOUCHERS_OF_A_MAIL, trace::Trace};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    db::{
        self,
        job::{New, Payload},
        voucher::Sold,
    },
    error::Failure,
    sight,
    state::App,
};

/// Writes the jobs that mail what these operations sold, in the transaction that took them. What was sold together to one address goes in
/// one mail, or in several where it is more than one can bring. What another system sold has long been with its buyer, and a batch is handed
/// over by whoever issued it unless they chose otherwise: neither goes to anybody by itself.
pub(crate) async fn write_jobs(conn: &mut PgConnection, app: &App, fresh: &[Fresh]) -> Result<(), Failure> {
    // Whatever the settings say: those of which the seller chose, and those that may go by themselves.
    if app.mailer.is_none() || mailed(fresh, true).is_empty() {
        return Ok(());
    }
    let sales = mailed(fresh, db::mail::settings(conn).await?.0.at_sale);
    if sales.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = sales.iter().map(|sale| sale.voucher).collect();
    // A refused sale left no voucher, or another's of the same id.
    let found = db::voucher::sold(conn, &ids).await?.into_iter();
    let sold = found.filter_map(|sold| Some((sales.iter().find(|sale| (sale.voucher, sale.op) == (sold.id, sold.op))?.by_itself, sold)));
    let now = app.clock.now();
    for new in together(sold) {
        db::job::insert(conn, &new, now).await?;
    }
    Ok(())
}

/// Writes the job that mails what the server sold by that operation, whatever the settings say: on the shop page a voucher is bought to be mailed.
pub(crate) async fn write_job_of_sale(conn: &mut PgConnection, app: &App, (sale, trace): (OpId, Option<Trace>), voucher: VoucherId) -> sqlx::Result<()> {
    if app.mailer.is_some() {
        let payload = Payload { vouchers: vec![voucher], ..Payload::default() };
        db::job::insert(conn, &New { kind: JobKind::VoucherMail, cause: sale.0, payload, trace }, app.clock.now()).await?;
    }
    Ok(())
}

/// A voucher that is sold and mailed.
struct Sale {
    voucher: Uuid,
    op: Uuid,
    /// Nobody chose it.
    by_itself: bool,
}

/// What is sold and mailed; `by_itself` is what the organisation set.
fn mailed(fresh: &[Fresh], by_itself: bool) -> Vec<Sale> {
    let sale = |fresh: &Fresh| {
        let Reading::Operation(body) = &fresh.arrived.reading else { return None };
        match &body.operation {
            Operation::Sell { voucher, .. } if body.operation.is_mailed(by_itself) => {
                Some(Sale { voucher: voucher.0, op: body.op.0, by_itself: !body.operation.is_mailed(false) })
            }
            _ => None,
        }
    };
    fresh.iter().filter_map(sale).collect()
}

/// A job for each sale, or for each part of one. The first of its operations names it, so that the same sale makes the same mail, also after a
/// restore.
fn together(sold: impl Iterator<Item = (bool, Sold)>) -> Vec<New> {
    let mut sales: Vec<((Timestamp, Uuid, String, bool), New)> = Vec::new();
    for (by_itself, sold) in sold {
        // Without an address there is nobody to write to.
        let Some(email) = serde_json::from_str::<Person>(&sold.person).ok().and_then(|person| person.email) else { continue };
        let key = (sold.at, sold.staff, String::from(email), by_itself);
        let has_room = |new: &New| new.payload.vouchers.len() < MOST_VOUCHERS_OF_A_MAIL;
        if let Some((_, new)) = sales.iter_mut().find(|(known, new)| *known == key && has_room(new)) {
            new.payload.vouchers.push(VoucherId(sold.id));
        } else {
            let payload = Payload { vouchers: vec![VoucherId(sold.id)], by_itself, ..Payload::default() };
            sales.push((key, New { kind: JobKind::VoucherMail, cause: sold.op, payload, trace: sight::of_taken(OpId(sold.op)) }));
        }
    }
    sales.into_iter().map(|(_, new)| new).collect()
}
