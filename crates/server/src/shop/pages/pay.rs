//! `POST /vouchers/orders/{order}/pay`: to the payment page.

use axum::{
    body::Body,
    extract::{Path, State},
    http::{Response, StatusCode},
    response::{IntoResponse as _, Redirect},
};
use beadsbox_domain::Timestamp;
use url::Url;

use super::{order, visitor::Visitor};
use crate::{
    db::{
        self,
        shop_order::{Order, OrderState, PayBy},
    },
    error::Failure,
    shop::{
        limits::{FORMS, allow},
        order::{LAST_CALL, is_on_its_way},
        stripe::{Checkout, StripeError, charged},
    },
    state::App,
};

/// `POST /vouchers/orders/{order}/pay`
pub(super) async fn pay(State(app): State<App>, visitor: Visitor, Path(link): Path<String>) -> Response<Body> {
    if visitor.from_elsewhere {
        return StatusCode::FORBIDDEN.into_response();
    }
    if let Err(failure) = allow(&app, FORMS, visitor.address).await {
        return failure.into_response();
    }
    match order::find(&app, &link).await {
        Ok(order) if is_payable(&app, &order, app.clock.now()) => begin(&app, &visitor, &order).await,
        Ok(order) => Redirect::to(&format!("{}{}", order::address(&app, order.id), visitor.query())).into_response(),
        Err(failure) => failure.into_response(),
    }
}

/// Whether a payment page can be made for it, or was made: then its own time counts.
pub(super) fn is_payable(app: &App, order: &Order, now: Timestamp) -> bool {
    let is_unpaid = order.payment == PayBy::Card && order.state == OrderState::Reserved && !is_on_its_way(order);
    app.shop.stripe.is_some() && is_unpaid && (order.session_id.is_some() || order.holds_until.duration_since(now) >= LAST_CALL)
}

/// Sends the browser to the order's payment page. Where there is none to be had, the order's own page says so.
pub(super) async fn begin(app: &App, visitor: &Visitor, order: &Order) -> Response<Body> {
    match page(app, order).await {
        Ok(Some(url)) => Redirect::to(url.as_str()).into_response(),
        Ok(None) => Redirect::to(&format!("{}{}", order::address(app, order.id), visitor.query())).into_response(),
        Err(failure) => {
            tracing::error!(order = %order.id, %failure, "a payment page could not be made");
            let mark = if visitor.query().is_empty() { "?payment=failed" } else { "&payment=failed" };
            Redirect::to(&format!("{}{}{mark}", order::address(app, order.id), visitor.query())).into_response()
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum NoPage {
    #[error(transparent)]
    Stripe(#[from] StripeError),
    #[error(transparent)]
    Server(#[from] Failure),
    #[error("cards are not taken")]
    NoCards,
}

/// Where the order's payment page is; none where nothing is left to pay on it.
async fn page(app: &App, order: &Order) -> Result<Option<Url>, NoPage> {
    let (Some(stripe), Some(root), Some(amount)) = (&app.shop.stripe, &app.shop.config.public_url, charged(order.price)) else {
        return Err(NoPage::NoCards);
    };
    if let Some(id) = &order.session_id {
        let session = stripe.session(id).await?;
        return if session.is_open() { Ok(Some(stripe.page(&session)?)) } else { Ok(None) };
    }
    // By the order alone: the same page is asked for with the same words, whoever asks.
    let back_to = root
        .join(&format!("{}{}", order::address(app, order.id), order.language.pick("?lang=en", "?lang=fr")))
        .map_err(|error| Failure::Defect(format!("an order's address: {error}")))?;
    let (content, email) = {
        let mut conn = app.pool.acquire().await.map_err(Failure::from)?;
        let content = db::shop_order::content(&mut conn, order).await?;
        let person = db::person::find(&mut conn, &[order.person]).await?.remove(&order.person);
        (content, person.and_then(|salted| salted.open().ok()).and_then(|person| person.email))
    };
    let checkout = Checkout {
        order: order.id,
        title: content.title.as_str(),
        amount,
        currency: order.price.currency.code(),
        email: email.as_ref().map(beadsbox_domain::text::Email::as_str),
        language: order.language,
        ends_at: order.holds_until,
        back_to: &back_to,
    };
    let session = stripe.begin(&checkout, app.clock.now()).await?;
    let url = stripe.page(&session)?;
    let mut conn = app.pool.acquire().await.map_err(Failure::from)?;
    db::shop_order::note_session(&mut conn, order.id, &session.id).await.map_err(Failure::from)?;
    Ok(Some(url))
}
