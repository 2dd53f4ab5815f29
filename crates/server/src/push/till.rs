//! A till's cash and its closed days: kept as they were said, each close beside what the server makes of the same operations.

use std::collections::{BTreeSet, HashMap};

use beadsbox_authority::{
    Fresh, Reading, Scope, World,
    lives::{self, Life, Span},
};
use beadsbox_domain::{
    Change, DayClose, Money, Operation, VoucherId,
    day::{Answer, Done, Summed, sum_up},
    operation::Subject,
};
use beadsbox_protocol::signed_code::SignedCode;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::take::Decided;
use crate::{
    db::{
        self,
        till::{Compared, Covered, Place},
    },
    error::Failure,
};

/// A close that covers more is kept and not compared.
const MOST_COMPARED: usize = 20_000;

/// Loads how far the closes of this life go, where one of the operations is a close. The device's row is locked.
pub(super) async fn load(conn: &mut PgConnection, scope: &Scope<'_>, fresh: &[Fresh], world: &mut World) -> Result<(), Failure> {
    let closes = |fresh: &Fresh| matches!(&fresh.arrived.reading, Reading::Operation(body) if matches!(body.operation, Operation::CloseDay { .. }));
    let Some(first) = fresh.iter().find(|fresh| closes(fresh)) else { return Ok(()) };
    let spans = spans(conn, scope, 1, first.arrived.dev_seq.saturating_sub(1)).await?;
    if let Some(last) = db::till::last_close(conn, scope.device, &spans).await? {
        world.closes.insert((scope.device, scope.incarnation), last);
    }
    Ok(())
}

/// Where those operations of this life stand, also those that came with this batch.
async fn spans(conn: &mut PgConnection, scope: &Scope<'_>, from: u64, to: u64) -> Result<Vec<Span>, Failure> {
    let life = db::life::find(conn, scope.device, scope.incarnation)
        .await?
        .ok_or_else(|| Failure::Defect("operations of a life that is not there".to_owned()))?;
    let life = Life { last_seq: life.last_seq.max(to), ..life };
    let lineage = db::life::lineage(conn, scope.device, life, from.saturating_sub(1)).await?;
    Ok(lives::spans(&lineage, from, to))
}

/// Writes what the operations did to the till. They stand in `operation` already.
pub(super) async fn write(conn: &mut PgConnection, decided: &[Decided<'_>]) -> Result<(), Failure> {
    for Decided { scope, judged, .. } in decided {
        let place = Place { device: scope.device, incarnation: scope.incarnation, dev_seq: judged.fresh.arrived.dev_seq };
        for change in &judged.changes {
            match change {
                Change::CashMoved { stamp, movement, amount, reason } => {
                    db::till::insert_move(conn, place, stamp, *movement, *amount, reason.as_ref()).await?;
                }
                Change::DayClosed { stamp, close } => {
                    let compared = compare(conn, scope, close).await?;
                    if compared.agrees != Some(true) {
                        tracing::warn!(device = %scope.device, number = close.number, agrees = ?compared.agrees, "a close that the server does not confirm");
                    }
                    db::till::insert_close(conn, place, stamp, close, &compared).await?;
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Sums up the same operations, as they came to the server.
async fn compare(conn: &mut PgConnection, scope: &Scope<'_>, close: &DayClose) -> Result<Compared, Failure> {
    let spans = spans(conn, scope, close.after_seq.saturating_add(1), close.through_seq).await?;
    let Some(covered) = db::till::covered(conn, scope.device, &spans, MOST_COMPARED).await? else {
        return Ok(Compared { agrees: None, own_sums: None });
    };
    let worth = worth(conn, &covered).await?;
    let done: Vec<Done<'_>> = covered.iter().map(|covered| done(covered, &worth)).collect();
    let Ok(summed) = sum_up(&done) else {
        return Ok(Compared { agrees: Some(false), own_sums: None });
    };
    let agrees = close.agrees_with(&summed);
    Ok(Compared { agrees: Some(agrees), own_sums: (!agrees).then(|| own_sums(close, &summed)) })
}

fn own_sums(close: &DayClose, summed: &Summed) -> serde_json::Value {
    let counted: Vec<Money> = close.drawers.iter().map(beadsbox_domain::day::Drawer::counted).collect();
    let drawers = summed.drawers(&counted).unwrap_or_default();
    json!({ "totals": summed.totals, "people": summed.people, "drawers": drawers, "unvalued": summed.unvalued })
}

type Worth = HashMap<VoucherId, Money>;

/// What the vouchers are worth: by their rows, and by the signed codes that tills took for their word.
async fn worth(conn: &mut PgConnection, covered: &[Covered]) -> Result<Worth, Failure> {
    let mut named = BTreeSet::new();
    let mut worth = Worth::new();
    for Covered { body, .. } in covered {
        if let Subject::Voucher(voucher) = body.operation.subject() {
            named.insert(voucher.0);
            let signed = body.operation.signed_code().and_then(|text| SignedCode::parse(text.as_str()).ok());
            if let Some(signed) = signed.filter(|signed| signed.says.voucher == voucher) {
                worth.insert(voucher, signed.says.price);
            }
        }
    }
    let named: Vec<Uuid> = named.into_iter().collect();
    worth.extend(db::till::worth(conn, &named).await?);
    Ok(worth)
}

fn done<'a>(covered: &'a Covered, worth: &Worth) -> Done<'a> {
    let answer = Answer::of(covered.outcome.as_ref());
    let value = match (&covered.body.operation, covered.body.operation.subject()) {
        (Operation::Sell { snapshot, .. }, _) => Some(snapshot.price),
        (_, Subject::Voucher(voucher)) => worth.get(&voucher).copied(),
        _ => None,
    };
    Done { op: covered.body.op, staff: covered.body.staff, operation: &covered.body.operation, answer, value }
}
