//! What becomes of orders with time: paid ones whose vouchers are not written get them, and what nobody paid is let go.

use beadsbox_domain::Timestamp;
use jiff::SignedDuration;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    issue,
    stripe::{ASKED_EVERY, ON_ITS_WAY, Session, paid},
};
use crate::{
    db::{
        self,
        shop_order::{Order, OrderState, PayBy},
    },
    error::Failure,
    state::App,
};

/// The most orders of one run; what is left is the next run's.
const MOST: i64 = 200;
/// When a payment page is asked about again that was to have ended and has not.
const ENDS_WITHIN: SignedDuration = SignedDuration::from_mins(15);
/// The same where nobody says how it stands.
const PUT_OFF: SignedDuration = SignedDuration::from_hours(1);
/// The same where the provider did not answer.
const ASKED_ANEW: SignedDuration = SignedDuration::from_mins(5);
/// After how many questions in turn without an answer the provider is away, and is not asked about the others in that run: one page of which it does not
/// speak is not all of them.
const MOST_UNANSWERED: u32 = 3;
/// For how long after it was ordered an order is asked about: longer than any payment takes.
const ASKED_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

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
        // One that cannot be settled holds up none behind it, here and below.
        match issue_now(app, order).await {
            Ok(state) => settled.count(state),
            Err(error) => tracing::error!(%order, %error, "an order's voucher could not be written; it is tried again"),
        }
    }
    let mut unanswered = 0;
    for id in due {
        if *app.stopping.borrow() {
            break;
        }
        let Some(order) = db::shop_order::find(&mut *app.pool.acquire().await?, id).await? else { continue };
        // What waits behind it may be paid at a counter, and needs nobody's answer.
        if unanswered >= MOST_UNANSWERED && order.session_id.is_some() {
            continue;
        }
        let heard = ask(app, &order).await;
        match &heard {
            Heard::Silence => unanswered += 1,
            Heard::Says(_) | Heard::Nothing => unanswered = 0,
            Heard::NoPage => {}
        }
        match let_go(app, id, &heard).await {
            Ok(state) => settled.count(state),
            Err(error) => tracing::error!(order = %id, %error, "an order could not be let go; it is tried again"),
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

/// How an order's payment page stands.
enum Heard {
    /// It has none.
    NoPage,
    Says(Session),
    /// It is not to be had: no key for cards is here, or Stripe does not know the page, or not this key.
    Nothing,
    /// Stripe cannot be reached, or cannot say it now.
    Silence,
}

/// What Stripe says of it.
async fn ask(app: &App, order: &Order) -> Heard {
    let Some(session) = order.session_id.as_ref().filter(|_| order.payment == PayBy::Card) else {
        return Heard::NoPage;
    };
    let Some(stripe) = &app.shop.stripe else { return Heard::Nothing };
    match stripe.session(session).await {
        Ok(session) => Heard::Says(session),
        Err(error) if error.is_final() => {
            tracing::error!(order = %order.id, %error, "the payment provider does not say whether an order was paid; it is asked again later");
            Heard::Nothing
        }
        Err(error) => {
            tracing::warn!(order = %order.id, %error, "whether an order was paid is not known");
            Heard::Silence
        }
    }
}

/// Lets an order go whose time is over, if its payment page has ended. What was let go before is only asked about: it may have been paid all the same.
async fn let_go(app: &App, id: Uuid, heard: &Heard) -> Result<Option<OrderState>, Failure> {
    let mut tx = db::begin(&app.pool).await?;
    app.check_home(&mut tx).await?;
    let now = app.clock.now();
    let Some(order) = db::shop_order::lock(&mut tx, id).await?.filter(|order| order.is_due(now)) else { return Ok(None) };
    // Silence is no answer: whoever could not ask for a month asks for another.
    let asked_for = if matches!(heard, Heard::Silence) { ASKED_FOR * 2 } else { ASKED_FOR };
    let is_old = now.duration_since(order.created_at) >= asked_for;
    match heard {
        Heard::Says(session) if session.is_paid() => _ = paid(&mut tx, app, &order, session).await?,
        Heard::NoPage => end(&mut tx, &order, now).await?,
        Heard::Says(session) if session.is_expired() => end(&mut tx, &order, now).await?,
        _ if is_old => {
            tracing::error!(order = %id, "an order ends, and nobody ever said whether it was paid");
            end(&mut tx, &order, now).await?;
        }
        Heard::Says(session) if session.is_complete() => db::shop_order::hold(&mut tx, id, now + ON_ITS_WAY, now + ASKED_EVERY).await?,
        // It can be paid until it ends, by the provider's clock.
        Heard::Says(_) => db::shop_order::ask_at(&mut tx, id, Some(now + ENDS_WITHIN)).await?,
        Heard::Nothing => db::shop_order::ask_at(&mut tx, id, Some(now + PUT_OFF)).await?,
        Heard::Silence => db::shop_order::ask_at(&mut tx, id, Some(now + ASKED_ANEW)).await?,
    }
    let state = db::shop_order::find(&mut tx, id).await?.map(|order| order.state).filter(|state| *state != order.state);
    tx.commit().await?;
    Ok(state)
}

/// For good.
async fn end(conn: &mut PgConnection, order: &Order, now: Timestamp) -> sqlx::Result<()> {
    if order.is_let_go() {
        return db::shop_order::ask_at(conn, order.id, None).await;
    }
    db::shop_order::end(conn, order.id, OrderState::Expired, now).await
}
