//! `POST /vouchers/stripe-events`: what the payment provider tells.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, Response, StatusCode},
    middleware::Next,
    response::IntoResponse as _,
};

use crate::{
    error::Failure,
    http::edge,
    shop::stripe::{take as take_event, told},
    state::App,
};

const SIGNATURE: &str = "stripe-signature";
/// How many are told at once. Anybody may begin to tell, and be slow about it: that is at nobody else's expense.
pub(in crate::shop) const AT_ONCE: usize = 16;

/// Nothing is read of what cannot be an event.
pub(super) async fn bound(State(app): State<App>, request: Request, next: Next) -> Response<Body> {
    if app.shop.stripe.is_none() {
        return Failure::not_found("page").into_response();
    }
    if !request.headers().contains_key(SIGNATURE) {
        return not_signed().into_response();
    }
    edge::bound_by(&app, &app.shop.telling, Duration::ZERO, request, next).await
}

fn not_signed() -> Failure {
    tracing::warn!("an event came without the payment provider's signature");
    Failure::malformed("not signed, or not now")
}

/// Answers once what it tells is on disk: it tells again until then.
pub(super) async fn take(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Result<StatusCode, Failure> {
    let Some(stripe) = &app.shop.stripe else { return Err(Failure::not_found("page")) };
    let header = headers.get(SIGNATURE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some(event) = told(stripe, header, &body, app.clock.now()) else {
        return Err(not_signed());
    };
    take_event(&app, &event).await?;
    Ok(StatusCode::OK)
}
