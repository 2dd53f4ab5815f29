//! Has vouchers mailed to their buyers when the server takes their sales.

use beadsbox_authority::{Fresh, Reading};
use beadsbox_domain::{Operation, Person, Timestamp, VoucherId};
use beadsbox_protocol::job::JobKind;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    db::{
        self,
        job::{New, Payload},
        voucher::Sold,
    },
    error::Failure,
    state::App,
};

/// The most vouchers of one mail: as many as one sale at a till has. Whoever sells more to one person at a time has them in several mails.
const MOST_OF_A_MAIL: usize = 50;

/// Writes the jobs that mail what these operations sold, in the transaction that took them. What was sold together to one address goes in
/// one mail. A batch of many vouchers is handed over by whoever issued it, and what another system sold has long been with its buyer: neither
/// goes to anybody by itself.
pub(crate) async fn write_jobs(conn: &mut PgConnection, app: &App, fresh: &[Fresh]) -> Result<(), Failure> {
    if app.mailer.is_none() {
        return Ok(());
    }
    let sales: Vec<(Uuid, Uuid)> = fresh.iter().filter_map(sale).collect();
    if sales.is_empty() || !db::mail::settings(conn).await?.0.at_sale {
        return Ok(());
    }
    let ids: Vec<Uuid> = sales.iter().map(|(voucher, _)| *voucher).collect();
    // A refused sale left no voucher, or another's of the same id.
    let sold = db::voucher::sold(conn, &ids).await?.into_iter().filter(|sold| sales.contains(&(sold.id, sold.op)));
    let now = app.clock.now();
    for new in together(sold) {
        db::job::insert(conn, &new, now).await?;
    }
    Ok(())
}

/// The voucher that it sells, and its own id.
fn sale(fresh: &Fresh) -> Option<(Uuid, Uuid)> {
    let Reading::Operation(body) = &fresh.arrived.reading else { return None };
    match &body.operation {
        Operation::Sell { voucher, batch: None, imported: None, .. } => Some((voucher.0, body.op.0)),
        _ => None,
    }
}

/// A job for each sale, or for each part of one. The first of its operations names it, so that the same sale makes the same mail, also after a
/// restore.
fn together(sold: impl Iterator<Item = Sold>) -> Vec<New> {
    let mut sales: Vec<((Timestamp, Uuid, String), New)> = Vec::new();
    for sold in sold {
        // Without an address there is nobody to write to.
        let Some(email) = serde_json::from_str::<Person>(&sold.person).ok().and_then(|person| person.email) else { continue };
        let key = (sold.at, sold.staff, String::from(email));
        if let Some((_, new)) = sales.iter_mut().find(|(known, new)| *known == key && new.payload.vouchers.len() < MOST_OF_A_MAIL) {
            new.payload.vouchers.push(VoucherId(sold.id));
        } else {
            let payload = Payload { vouchers: vec![VoucherId(sold.id)], ..Payload::default() };
            sales.push((key, New { kind: JobKind::VoucherMail, cause: sold.op, payload }));
        }
    }
    sales.into_iter().map(|(_, new)| new).collect()
}
