//! Which versions of the program are served.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, Response, StatusCode},
    middleware::Next,
    response::IntoResponse as _,
};
use beadsbox_protocol::{CLIENT_VERSION_HEADER, ErrorCode};
use semver::Version;

use crate::{error::Failure, state::App};

/// Refuses programs that are older than the server is to serve: nothing of the request is read. Whoever says no version, as browsers and scripts do,
/// is served: this keeps nobody out, it keeps an old program from doing what it does not know.
pub(super) async fn refuse_older(State(app): State<App>, request: Request, next: Next) -> Response<Body> {
    match &app.config.least_client {
        Some(least) if said(request.headers()).is_some_and(|version| version < *least) => too_old(least).into_response(),
        _ => next.run(request).await,
    }
}

/// The version that the caller says it has; none where it is none.
fn said(headers: &HeaderMap) -> Option<Version> {
    Version::parse(headers.get(CLIENT_VERSION_HEADER)?.to_str().ok()?).ok()
}

fn too_old(least: &Version) -> Failure {
    Failure::told(StatusCode::UPGRADE_REQUIRED, ErrorCode::ClientTooOld, "the program is too old for this server: update it")
        .with(|problem| problem.detail = Some(format!("versions from {least} on are served")))
}
