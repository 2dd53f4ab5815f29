//! How an order gets its voucher: by a sale that is an operation like any other.

use std::time::SystemTime;

use beadsbox_authority::{Fresh, Judged, Reading};
use beadsbox_domain::{OpId, Operation, Outcome, StaffId, Timestamp, voucher::Payment};
use opentelemetry::trace::SpanKind;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    db::{
        self,
        device::SERVER,
        shop_order::{Order, OrderState, Trouble},
    },
    error::Failure,
    mail,
    push::{Draft, Persons, append},
    sight::{self, Place, Work},
    state::App,
};

/// The orders whose vouchers a batch sells, their rows locked.
pub(crate) struct Ordered(Vec<Order>);

fn sold(fresh: &Fresh) -> Option<Uuid> {
    match &fresh.arrived.reading {
        Reading::Operation(body) => match &body.operation {
            Operation::Sell { voucher, .. } => Some(voucher.0),
            _ => None,
        },
        _ => None,
    }
}

impl Ordered {
    /// Locks them, before the vouchers themselves.
    pub async fn lock(conn: &mut PgConnection, fresh: &[&Fresh]) -> Result<Self, Failure> {
        let vouchers: Vec<Uuid> = fresh.iter().copied().filter_map(sold).collect();
        if vouchers.is_empty() {
            return Ok(Self(Vec::new()));
        }
        Ok(Self(db::shop_order::lock_of_vouchers(conn, &vouchers).await?))
    }

    /// Whoever sold their vouchers, they have them: at a counter, or by the server. Also what had been let go: its money was taken.
    pub async fn complete(self, conn: &mut PgConnection, judged: &[&Judged<'_>]) -> Result<(), Failure> {
        for order in self.0 {
            let sale = judged.iter().find(|judged| judged.outcome == Some(Outcome::Applied) && sold(judged.fresh) == Some(order.voucher.0));
            if let Some((sale, op)) = sale.and_then(|judged| Some((judged, judged.op_id?))) {
                db::shop_order::issue(conn, order.id, op, sale.fresh.arrived.received_at).await?;
                tracing::info!(order = %order.id, "an order has its voucher");
            }
        }
        Ok(())
    }
}

/// The order was paid: notes that and writes its voucher's sale, in the caller's transaction. What it costs is what was ordered, whatever its template
/// says by now. The order's row is locked. Where it stands now.
pub(super) async fn pay(conn: &mut PgConnection, app: &App, order: &Order, payment_ref: Option<&str>) -> Result<OrderState, Failure> {
    if order.state == OrderState::Issued {
        return Ok(OrderState::Issued);
    }
    if !matches!(order.state, OrderState::Reserved | OrderState::Paid) {
        tracing::warn!(order = %order.id, state = ?order.state, "an order was paid after it had been let go: it gets its voucher");
    }
    db::shop_order::pay(conn, order.id, payment_ref, app.clock.now()).await?;
    sell(conn, app, order).await
}

/// Writes the sale.
async fn sell(conn: &mut PgConnection, app: &App, order: &Order) -> Result<OrderState, Failure> {
    // To the millisecond, as bodies have it.
    let now = app.clock.now();
    let at = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
    let snapshot = db::shop_order::content(conn, order).await?;
    let device = db::device::lock(conn, SERVER).await?.ok_or_else(|| Failure::Defect("the server's own device is missing".to_owned()))?;
    let op = OpId(Uuid::now_v7());
    let operation = Operation::Sell {
        voucher: order.voucher,
        code: order.code,
        template: order.template,
        template_version: order.template_version,
        snapshot,
        person: order.person,
        payment: Payment::Other,
        home_shop: None,
        replaces: None,
        batch: None,
        imported: None,
        mail: Some(true),
    };
    let draft = Draft { op, at, staff: StaffId(Uuid::nil()), shop: Some(order.shop), online: true, operation };
    // Who bought it stands in `person` since it was ordered.
    let (place, began) = (Place::below(order.trace), SystemTime::now());
    let results = append(conn, &app.identity, &device, &app.identity.signing_key, std::iter::once(draft), &Persons::new()).await?;
    if results.iter().all(|result| result.result == Some(Outcome::Applied)) {
        app.sight.traces.tell(|| span_of(order, op, place, began));
        mail::write_job_of_sale(conn, app, (op, Some(place.at)), order.voucher).await?;
        return Ok(OrderState::Issued);
    }
    tracing::error!(order = %order.id, ?results, "an order is paid and its sale was refused: somebody has to look at it");
    db::shop_order::set_trouble(conn, order.id, Trouble::SaleRefused).await?;
    Ok(OrderState::Paid)
}

/// The sale in the trace of its order, whatever told that it is paid. Should the caller's transaction come to nothing, the sale is written, and told of, once
/// more.
fn span_of(order: &Order, op: OpId, place: Place, began: SystemTime) -> Work {
    Work::new("operation sell", SpanKind::Internal, place, began)
        .beside(sight::current())
        .of_voucher(order.trace)
        .with("beadsbox.order", order.id.to_string())
        .with("beadsbox.operation", op.to_string())
        .with("beadsbox.operation.outcome", "applied")
        .with("db.collection.name", "operation")
}
