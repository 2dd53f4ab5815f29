//! What Stripe tells, and what the server does about it: each event once, whatever the order in which they come.

use beadsbox_domain::Timestamp;
use jiff::SignedDuration;
use serde::Deserialize;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Session, Stripe, charged, reversal::Reversal, signature};
use crate::{
    db::{
        self,
        payment_event::{self, Did},
        shop_order::{Order, OrderState, PayBy, Trouble},
    },
    error::Failure,
    shop::issue,
    state::App,
};

/// How long a payment may be on its way that a bank takes its time over.
pub(in crate::shop) const ON_ITS_WAY: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How often such a payment is asked about: the word that it came may be lost.
pub(in crate::shop) const ASKED_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// How often an event is tried where another transaction stands in its way.
const TRIES: u32 = 4;

/// An event, as far as it is looked at.
#[derive(Debug, Deserialize)]
pub(in crate::shop) struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    /// When it was, in seconds since 1970: they come in any order.
    created: i64,
    data: EventData,
}

#[derive(Debug, Deserialize)]
struct EventData {
    object: serde_json::Value,
}

/// What an event is about, as far as it is an order's business.
enum About {
    /// Its payment page.
    Page(Says, Session),
    /// Money that was paid for it.
    Money(Reversal),
}

/// What an event says of an order's payment page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// The page was left; paid, or with a payment that takes its time.
    Completed,
    /// A payment that took its time came.
    Paid,
    /// It did not.
    Failed,
    /// The page's time is over.
    Expired,
}

impl Event {
    fn says(&self) -> Option<Says> {
        match self.kind.as_str() {
            "checkout.session.completed" => Some(Says::Completed),
            "checkout.session.async_payment_succeeded" => Some(Says::Paid),
            "checkout.session.async_payment_failed" => Some(Says::Failed),
            "checkout.session.expired" => Some(Says::Expired),
            _ => None,
        }
    }

    /// None where it is none of an order's business. An error where it is, and is not as Stripe says that it is: not taken, it is told again, and stands
    /// among what failed at Stripe until this program understands it.
    fn about(&self) -> Result<Option<About>, Failure> {
        let Some(says) = self.says() else { return Ok(Reversal::read(&self.kind, &self.data.object).map(About::Money)) };
        let session = Session::deserialize(&self.data.object).map_err(|error| {
            tracing::error!(event = %self.id, kind = %self.kind, %error, "what the payment provider told of a payment page is not understood: look there");
            Failure::malformed("a payment page that is not understood")
        })?;
        Ok(Some(About::Page(says, session)))
    }

    fn created(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.created).ok()
    }
}

/// Reads an event that Stripe signed. None for anything else.
pub(in crate::shop) fn told(stripe: &Stripe, header: &str, body: &[u8], now: Timestamp) -> Option<Event> {
    if !signature::holds(header, body, &stripe.config.webhook_secret, now) {
        return None;
    }
    let event: Event = serde_json::from_slice(body).ok()?;
    ((1..=255).contains(&event.id.chars().count()) && (1..=100).contains(&event.kind.chars().count())).then_some(event)
}

/// Takes an event: what it does and that it was taken are one transaction, so it counts once however often it comes.
pub(in crate::shop) async fn take(app: &App, event: &Event) -> Result<(), Failure> {
    let mut attempt = 1;
    loop {
        match take_once(app, event).await {
            Err(failure) if failure.is_transient() && attempt < TRIES => attempt += 1,
            done => break done?,
        }
    }
    app.feed.settle().await;
    Ok(())
}

async fn take_once(app: &App, event: &Event) -> Result<(), Failure> {
    let about = event.about()?;
    let mut tx = db::begin(&app.pool).await?;
    app.check_home(&mut tx).await?;
    let order = match &about {
        Some(about) => about.lock_order(&mut tx).await?,
        None => None,
    };
    if payment_event::is_known(&mut tx, &event.id).await? {
        return Ok(());
    }
    let did = match (&about, &order) {
        (Some(About::Page(says, session)), Some(order)) => act(&mut tx, app, order, *says, session).await?,
        (Some(About::Money(reversal)), Some(order)) => reversal.note(&mut tx, app, order, event.created()).await?,
        // Of another system that has the same account, or of what is none of the shop's business.
        (about, _) => {
            let is_about_money = match about {
                Some(About::Page(_, session)) => session.is_paid(),
                Some(About::Money(_)) => true,
                None => false,
            };
            if is_about_money {
                tracing::warn!(event = %event.id, kind = %event.kind, "a payment is of no order that is here: it is another system's, or was forgotten long ago");
            }
            Did::Nothing
        }
    };
    let new = payment_event::New { id: &event.id, kind: &event.kind, order: order.as_ref().map(|order| order.id), did };
    if payment_event::insert(&mut tx, &new, app.clock.now()).await? {
        tx.commit().await?;
        tracing::info!(event = %event.id, kind = %event.kind, order = order.map(|order| tracing::field::display(order.id)), ?did, "the payment provider told");
    }
    Ok(())
}

impl About {
    /// The order that it is about, its row locked.
    async fn lock_order(&self, conn: &mut PgConnection) -> Result<Option<Order>, Failure> {
        match self {
            Self::Page(_, session) => match session.client_reference_id.as_deref().and_then(|id| id.parse::<Uuid>().ok()) {
                Some(id) => db::shop_order::lock(conn, id).await,
                None => Ok(None),
            },
            Self::Money(reversal) => reversal.lock_order(conn).await,
        }
    }
}

async fn act(conn: &mut PgConnection, app: &App, order: &Order, says: Says, session: &Session) -> Result<Did, Failure> {
    match says {
        Says::Completed | Says::Paid if session.is_paid() => paid(conn, app, order, session).await,
        Says::Completed | Says::Paid => {
            let now = app.clock.now();
            db::shop_order::hold(conn, order.id, now + ON_ITS_WAY, now + ASKED_EVERY).await?;
            Ok(Did::Waits)
        }
        Says::Failed | Says::Expired if order.state != OrderState::Reserved || !session.is_of(order) => Ok(Did::Nothing),
        Says::Failed => end(conn, app, order, OrderState::Cancelled).await,
        Says::Expired => end(conn, app, order, OrderState::Expired).await,
    }
}

async fn end(conn: &mut PgConnection, app: &App, order: &Order, state: OrderState) -> Result<Did, Failure> {
    db::shop_order::end(conn, order.id, state, app.clock.now()).await?;
    Ok(Did::Ended)
}

/// Stripe says that it is paid: its voucher is written, if it was paid as ordered. The order's row is locked.
pub(in crate::shop) async fn paid(conn: &mut PgConnection, app: &App, order: &Order, session: &Session) -> Result<Did, Failure> {
    let of_it = order.payment == PayBy::Card && session.is_of(order);
    let as_ordered = session.amount_total == charged(order.price)
        && session.currency.as_deref().is_some_and(|currency| currency.eq_ignore_ascii_case(order.price.currency.code()));
    if !of_it || !as_ordered {
        tracing::error!(order = %order.id, of_it, as_ordered, "a payment is not what was ordered: somebody has to look at it");
        db::shop_order::set_trouble(conn, order.id, Trouble::AmountDiffers).await?;
        if let Some(payment) = session.payment_intent.as_deref().filter(|_| order.state != OrderState::Issued) {
            db::shop_order::note_payment(conn, order.id, payment).await?;
        }
        return Ok(Did::Trouble);
    }
    // It may be told before the answer with its name was here.
    db::shop_order::note_session(conn, order.id, &session.id).await?;
    match issue::pay(conn, app, order, session.payment_intent.as_deref()).await? {
        OrderState::Issued => Ok(Did::Issued),
        _ => Ok(Did::Trouble),
    }
}

impl Session {
    /// Whether it is the order's page, as far as that is known.
    fn is_of(&self, order: &Order) -> bool {
        order.session_id.as_ref().is_none_or(|id| *id == self.id)
    }

    /// Whether nobody can pay on it any more, and nobody did.
    pub fn is_expired(&self) -> bool {
        self.status.as_deref() == Some("expired")
    }

    /// Whether it can be paid on.
    pub fn is_open(&self) -> bool {
        self.status.as_deref() == Some("open")
    }

    /// Whether its buyer is done with it. The payment may take its time.
    pub fn is_complete(&self) -> bool {
        self.status.as_deref() == Some("complete")
    }

    /// Whether the money is there, or none was asked for.
    pub fn is_paid(&self) -> bool {
        matches!(self.payment_status.as_str(), "paid" | "no_payment_required")
    }
}
