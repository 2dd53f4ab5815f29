//! `POST /vouchers/stripe-events`: what the payment provider tells.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};

use crate::{
    error::Failure,
    shop::stripe::{take as take_event, told},
    state::App,
};

/// Answers once what it tells is on disk: it tells again until then.
pub(super) async fn take(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Result<StatusCode, Failure> {
    let Some(stripe) = &app.shop.stripe else { return Err(Failure::not_found("page")) };
    let header = headers.get("stripe-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some(event) = told(stripe, header, &body, app.clock.now()) else {
        tracing::warn!("an event came without the payment provider's signature");
        return Err(Failure::malformed("not signed, or not now"));
    };
    take_event(&app, &event).await?;
    Ok(StatusCode::OK)
}
