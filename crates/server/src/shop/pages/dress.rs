//! What every page passes on its way out: the headers that bind browsers, and words for whoever meets trouble.

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Response, header},
    middleware::Next,
};
use minijinja::context;

use super::{
    render::{Page, Shown, show, word},
    visitor::Visitor,
};
use crate::{http::edge, state::App};

/// Writes one line on the request. The address of an order opens it, so what is logged is the kind of page.
pub(super) async fn log(State(app): State<App>, request: Request, next: Next) -> Response<Body> {
    let path = request.extensions().get::<MatchedPath>().map_or_else(|| "/vouchers/…".to_owned(), |path| path.as_str().to_owned());
    edge::logged(app, path, request, next).await
}

/// Puts words in the place of bare errors, and adds the headers.
pub(super) async fn dress(State(app): State<App>, request: Request, next: Next) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let visitor = Visitor::of(&parts, &app);
    let response = next.run(Request::from_parts(parts, body)).await;
    let mut response = worded(&visitor, response);
    bind(&app, &mut response);
    response
}

fn is_page(response: &Response<Body>) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// Errors that are no page become one, with what happened and what to do.
fn worded(visitor: &Visitor, response: Response<Body>) -> Response<Body> {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || is_page(&response) {
        return response;
    }
    let (heading, text) = match status.as_u16() {
        404 | 405 => ("trouble_404_heading", "trouble_404_text"),
        410 => ("trouble_410_heading", "trouble_410_text"),
        429 => ("trouble_429_heading", "trouble_429_text"),
        403 => ("trouble_403_heading", "trouble_403_text"),
        503 => ("trouble_503_heading", "trouble_503_text"),
        500..=599 => ("trouble_500_heading", "trouble_500_text"),
        _ => ("trouble_400_heading", "trouble_400_text"),
    };
    let (heading, text) = (word(visitor.language, heading), word(visitor.language, text));
    let shown = Shown { page: Page::Trouble, status, title: heading, path: None, values: context! { heading, text } };
    match show(visitor, &shown) {
        Ok(mut page) => {
            if let Some(wait) = response.headers().get(header::RETRY_AFTER) {
                page.headers_mut().insert(header::RETRY_AFTER, wait.clone());
            }
            page
        }
        Err(error) => {
            tracing::error!(%error, "a page of trouble could not be shown");
            response
        }
    }
}

/// Nothing but the page's own style and icon loads; nobody may frame it; its address goes to nobody else.
fn bind(app: &App, response: &mut Response<Body>) {
    let elsewhere = app.shop.config.checkout_origin().map(|origin| format!(" {origin}")).unwrap_or_default();
    let policy = format!("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'{elsewhere}; base-uri 'none'; frame-ancestors 'none'");
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
