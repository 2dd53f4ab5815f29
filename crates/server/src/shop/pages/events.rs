//! `POST /vouchers/stripe-events`: what the payment provider tells.

use std::time::Duration;

use axum::{
    body::to_bytes,
    extract::{Request, State},
    http::StatusCode,
};
use tokio::time::timeout;

use crate::{
    error::Failure,
    shop::stripe::{take as take_event, told},
    state::App,
};

const SIGNATURE: &str = "stripe-signature";
/// The most bytes of an event: several times what Stripe's largest has. Anybody may send as many, so there are not more.
const MOST_EVENT: usize = 128 * 1024;
/// How long its bytes may take.
const READ_WITHIN: Duration = Duration::from_secs(5);
/// How many events are taken at once. Only what is signed is one: whoever is slow, or makes a signature up, holds no place.
pub(in crate::shop) const AT_ONCE: usize = 16;

fn not_signed() -> Failure {
    tracing::warn!("an event came without the payment provider's signature");
    Failure::malformed("not signed, or not now")
}

/// Answers once what it tells is on disk: it tells again until then. Nothing is read of what cannot be an event.
pub(super) async fn take(State(app): State<App>, request: Request) -> Result<StatusCode, Failure> {
    let Some(stripe) = &app.shop.stripe else { return Err(Failure::not_found("page")) };
    let (head, body) = request.into_parts();
    let Some(header) = head.headers.get(SIGNATURE).and_then(|value| value.to_str().ok()) else { return Err(not_signed()) };
    let read = timeout(READ_WITHIN, to_bytes(body, MOST_EVENT)).await.map_err(|_| Failure::unavailable())?;
    let body = read.map_err(|_| Failure::too_large("an event of the payment provider"))?;
    let Some(event) = told(stripe, header, &body, app.clock.now()) else { return Err(not_signed()) };
    let Ok(_place) = app.shop.telling.try_acquire() else { return Err(Failure::unavailable()) };
    timeout(app.limits.time_limit(), take_event(&app, &event)).await.map_err(|_| Failure::unavailable())??;
    Ok(StatusCode::OK)
}
