//! What becomes of orders with time: paid ones whose vouchers are not written get them, and what nobody paid is let go.

use uuid::Uuid;

use super::{
    issue,
    stripe::{ON_ITS_WAY, paid},
};
use crate::{
    db::{
        self,
        shop_order::{OrderState, PayBy},
    },
    error::Failure,
    state::App,
};

/// The most orders of one run; what is left is the next run's.
const MOST: i64 = 200;

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settled {
    /// Orders that got their vouchers.
    pub issued: u64,
    /// Orders that were let go.
    pub expired: u64,
}

/// One run.
pub(crate) async fn settle(app: &App) -> Result<Settled, Failure> {
    let mut settled = Settled::default();
    let (unissued, due) = {
        let mut conn = app.pool.acquire().await?;
        let unissued = db::shop_order::unissued(&mut conn, MOST).await?;
        (unissued, db::shop_order::due(&mut conn, app.clock.now(), MOST).await?)
    };
    for order in unissued {
        settled.count(issue_now(app, order).await?);
    }
    for order in due {
        if *app.stopping.borrow() {
            break;
        }
        // One that cannot be settled holds up none behind it.
        match let_go(app, order).await {
            Ok(state) => settled.count(state),
            Err(error) => tracing::error!(%order, %error, "an order could not be let go; it is tried again"),
        }
    }
    if settled.issued > 0 {
        app.feed.settle().await;
    }
    Ok(settled)
}

impl Settled {
    fn count(&mut self, became: Option<OrderState>) {
        match became {
            Some(OrderState::Issued) => self.issued += 1,
            Some(OrderState::Expired) => self.expired += 1,
            _ => {}
        }
    }
}

async fn issue_now(app: &App, id: Uuid) -> Result<Option<OrderState>, Failure> {
    let mut tx = db::begin(&app.pool).await?;
    app.check_home(&mut tx).await?;
    let Some(order) = db::shop_order::lock(&mut tx, id).await?.filter(|order| order.state == OrderState::Paid && order.trouble.is_none()) else {
        return Ok(None);
    };
    let state = issue::pay(&mut tx, app, &order, None).await?;
    tx.commit().await?;
    Ok(Some(state))
}

/// Lets an order go whose time is over. The payment provider is asked first: what it told may have been lost on the way.
async fn let_go(app: &App, id: Uuid) -> Result<Option<OrderState>, Failure> {
    let Some(order) = db::shop_order::find(&mut *app.pool.acquire().await?, id).await? else { return Ok(None) };
    let session = match (&order.session_id, &app.shop.stripe) {
        (Some(session), Some(stripe)) if order.payment == PayBy::Card => Some(stripe.session(session).await.map_err(|error| {
            tracing::warn!(order = %id, %error, "whether an order was paid is not known");
            Failure::unavailable()
        })?),
        _ => None,
    };
    let mut tx = db::begin(&app.pool).await?;
    app.check_home(&mut tx).await?;
    let now = app.clock.now();
    let Some(order) = db::shop_order::lock(&mut tx, id).await?.filter(|order| order.state == OrderState::Reserved && order.holds_until <= now) else {
        return Ok(None);
    };
    match session {
        Some(session) if session.is_paid() => _ = paid(&mut tx, app, &order, &session).await?,
        Some(session) if session.is_complete() => db::shop_order::hold(&mut tx, id, now + ON_ITS_WAY).await?,
        _ => db::shop_order::end(&mut tx, id, OrderState::Expired, now).await?,
    }
    let state = db::shop_order::find(&mut tx, id).await?.map(|order| order.state);
    tx.commit().await?;
    Ok(state)
}
