//! The style and the icon. Their names change with what is in them, so browsers keep them for good.

use std::sync::LazyLock;

use axum::{
    body::Body,
    extract::Path,
    http::{HeaderValue, Response, header},
};
use sha2::{Digest as _, Sha256};

use crate::error::Failure;

const STYLE: &str = include_str!("style.css");
const ICON: &str = include_str!("../../../../../icons/app-small.svg");

fn named(stem: &str, content: &str, end: &str) -> String {
    format!("{stem}-{}.{end}", &hex::encode(Sha256::digest(content.as_bytes()))[..16])
}

static STYLE_NAME: LazyLock<String> = LazyLock::new(|| named("shop", STYLE, "css"));
static ICON_NAME: LazyLock<String> = LazyLock::new(|| named("icon", ICON, "svg"));

pub(super) fn style_path() -> String {
    format!("/vouchers/assets/{}", *STYLE_NAME)
}

pub(super) fn icon_path() -> String {
    format!("/vouchers/assets/{}", *ICON_NAME)
}

/// `GET /vouchers/assets/{name}`
pub(super) async fn serve(Path(name): Path<String>) -> Result<Response<Body>, Failure> {
    let (content, kind) = if name == *STYLE_NAME {
        (STYLE, "text/css; charset=utf-8")
    } else if name == *ICON_NAME {
        (ICON, "image/svg+xml")
    } else {
        return Err(Failure::not_found("file"));
    };
    let mut response = Response::new(Body::from(content));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(response)
}
