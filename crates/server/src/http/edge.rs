//! What every request passes: its id and log line, and the bounds on how many there are and how long they take.

use std::{any::Any, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Response},
    middleware::Next,
    response::IntoResponse as _,
};
use tokio::time::{Instant, timeout};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::{
    error::{Failure, REQUEST_ID},
    state::App,
};

/// The header that carries the request's id back.
const ID_HEADER: &str = "x-request-id";
/// The path that may wait for something new.
const POLL: &str = "/v1/sync/changes";

/// Gives the request an id and writes one line on it. Neither queries nor headers are logged: they may hold secrets.
pub(super) async fn log(request: Request, next: Next) -> Response<Body> {
    let path = request.uri().path().to_owned();
    logged(path, request, next).await
}

/// The same under another name than its path, where that is nobody's business.
pub(crate) async fn logged(path: String, request: Request, next: Next) -> Response<Body> {
    let id = Uuid::now_v7();
    let span = tracing::info_span!("request", %id, method = %request.method(), path);
    REQUEST_ID
        .scope(
            id,
            async move {
                let began = Instant::now();
                let mut response = next.run(request).await;
                if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
                    response.headers_mut().insert(ID_HEADER, value);
                }
                let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                tracing::info!(status = response.status().as_u16(), milliseconds, "answered");
                response
            }
            .instrument(span),
        )
        .await
}

/// Refuses what is too much at once, and ends what takes too long.
pub(crate) async fn bound(State(app): State<App>, request: Request, next: Next) -> Response<Body> {
    let is_poll = request.uri().path() == POLL;
    let places = if is_poll { &app.polls } else { &app.requests };
    let Ok(_place) = places.try_acquire() else { return Failure::unavailable().into_response() };
    let wait = if is_poll {
        Duration::from_secs(u64::from(beadsbox_protocol::LONGEST_WAIT_SECONDS))
    } else {
        Duration::ZERO
    };
    match timeout(app.config.time_limit + wait, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Failure::unavailable().into_response(),
    }
}

/// A panic is a fault of the server, and ends one request only.
#[expect(clippy::needless_pass_by_value, reason = "the signature that the layer asks for")]
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    Failure::Defect(format!("a request panicked: {}", words.unwrap_or("without words"))).into_response()
}
