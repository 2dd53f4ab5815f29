//! What every request passes: its id, log line and count, and the bounds on how many there are and how long they take.

use std::{
    any::Any,
    net::Ipv4Addr,
    time::{Duration, SystemTime},
};

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, Response, header},
    middleware::Next,
    response::IntoResponse as _,
};
use tokio::time::{Instant, timeout};
use tower_http::timeout::TimeoutBody;
use tracing::Instrument as _;
use uuid::Uuid;

use super::{
    forwarded::{Client, Peer},
    health,
    rate::{self, Rate},
    tokens,
};
use crate::{
    error::{Failure, REQUEST_ID},
    sight::{Answered, Place},
    state::App,
};

/// The header that carries the request's id back.
const ID_HEADER: &str = "x-request-id";
/// The path that may wait for something new.
const POLL: &str = "/v1/sync/changes";
/// What anybody may ask, of what devices and the office ask.
const OPEN: [&str; 3] = ["/v1/info", "/v1/catalogue", "/v1/devices/enrol"];
/// Whoever came by TLS comes by TLS for a year.
const HSTS: &str = "max-age=31536000";

/// Gives the request an id, writes one line on it and counts it. Neither queries nor headers are logged: they may hold secrets.
pub(super) async fn log(State(app): State<App>, request: Request, next: Next) -> Response<Body> {
    let path = request.uri().path().to_owned();
    logged(app, path, request, next).await
}

/// The same under another name than its path, where that is nobody's business.
pub(crate) async fn logged(app: App, path: String, mut request: Request, next: Next) -> Response<Body> {
    let id = Uuid::now_v7();
    let peer = request.extensions().get::<Peer>().map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0);
    let client = app.config.forwarding.client(peer, request.headers());
    request.extensions_mut().insert(client);
    let place = Place::of(request.headers());
    let started = SystemTime::now();
    let (method, route) = (request.method().clone(), request.extensions().get::<MatchedPath>().cloned());
    let span = tracing::info_span!(
        "request", %id, trace_id = place.at.id_text(), span_id = place.at.span_text(), front = app.front.name(), client = %client.address, %method, path
    );
    REQUEST_ID
        .scope(
            id,
            place
                .scope(async move {
                    let began = Instant::now();
                    let mut response = next.run(request).await;
                    mark(&app, client, id, &mut response);
                    let took = began.elapsed();
                    let status = response.status().as_u16();
                    let answered = Answered::new(app.front, &method, route.as_ref(), status);
                    app.sight.count(&answered, took);
                    app.sight.traces.tell(|| answered.work(place, started).with("beadsbox.request", id.to_string()));
                    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
                    tracing::info!(status, milliseconds, "answered");
                    response
                })
                .instrument(span),
        )
        .await
}

/// What every answer says of itself.
fn mark(app: &App, client: Client, id: Uuid, response: &mut Response<Body>) {
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(ID_HEADER, value);
    }
    if client.tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
    if app.is_leaving() {
        // Whoever asks next asks another process: nothing is in the way when this one hangs up.
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
}

/// Refuses what is too much at once, and ends what takes too long.
pub(crate) async fn bound(State(app): State<App>, request: Request, next: Next) -> Response<Body> {
    let path = request.uri().path();
    let is_poll = path == POLL;
    let places = match path {
        POLL => &app.polls,
        // Whoever watches is answered however busy it is: a busy process is not one to be started anew.
        path if health::is_asked(path) => &app.watches,
        _ => &app.requests,
    };
    let wait = if is_poll {
        Duration::from_secs(u64::from(beadsbox_protocol::LONGEST_WAIT_SECONDS))
    } else {
        Duration::ZERO
    };
    let Ok(_place) = places.try_acquire() else { return Failure::unavailable().into_response() };
    let pause = Duration::from_secs(u64::from(app.limits.body_seconds));
    let request = request.map(|body| Body::new(TimeoutBody::new(pause, body)));
    let answered = timeout(app.limits.time_limit() + wait, next.run(request)).await;
    answered.unwrap_or_else(|_| Failure::unavailable().into_response())
}

/// Refuses who asks too often and is known by no token. Tills behind one address do not hold each other up: whose token was let in is not counted. What is
/// refused of other tokens is, or whoever makes them up would have as many answers as they like.
pub(crate) async fn pace(State(app): State<App>, request: Request, next: Next) -> Response<Body> {
    let Some(address) = request.extensions().get::<Client>().map(|client| client.address) else {
        return next.run(request).await;
    };
    let Some(token) = token_of(&request) else {
        if !health::is_asked(request.uri().path())
            && let Err(failure) = rate::take(&app, Rate::of_front(&app), address).await
        {
            return failure.into_response();
        }
        return next.run(request).await;
    };
    let rate = Rate::of_unknown_tokens(&app);
    let is_known = app.tokens.knows(&token);
    if !is_known && let Err(failure) = rate::look(&app, rate, address) {
        return failure.into_response();
    }
    let response = next.run(request).await;
    if !is_known && response.status().is_client_error() {
        rate::note(&app, rate, address);
    }
    app.tokens.note(token, response.status());
    response
}

/// The token that the request comes with, where its endpoint looks at one.
fn token_of(request: &Request) -> Option<tokens::Kept> {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let looks = route.starts_with("/v1/") && !OPEN.contains(&route);
    request.headers().get(header::AUTHORIZATION).filter(|_| looks).map(tokens::of)
}

/// A panic is a fault of the server, and ends one request only.
#[expect(clippy::needless_pass_by_value, reason = "the signature that the layer asks for")]
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    Failure::Defect(format!("a request panicked: {}", words.unwrap_or("without words"))).into_response()
}
