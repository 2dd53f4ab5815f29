//! `GET /v1/sync/snapshot/{id}/{number}`

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use beadsbox_protocol::Problem;
use uuid::Uuid;

use crate::{
    error::Failure,
    http::{auth::DeviceAuth, json::Path},
    snapshot,
    state::App,
};

/// What a chunk is; it is compressed already and not compressed again on its way.
pub(in crate::http) const CONTENT_TYPE: &str = "application/zstd";

/// Gives a chunk of a snapshot; with `Range: bytes=N-` the rest of it from that byte on.
#[utoipa::path(get, path = "/v1/sync/snapshot/{id}/{number}", tag = "sync", security(("device" = [])),
    params(("id" = Uuid, Path), ("number" = u32, Path), ("range" = Option<String>, Header, description = "`bytes=N-`")), responses(
    (status = 200, description = "The chunk", content_type = "application/zstd"),
    (status = 206, description = "The rest of the chunk", content_type = "application/zstd"),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn chunk(
    State(app): State<App>,
    DeviceAuth(device): DeviceAuth,
    Path((id, number)): Path<(Uuid, u32)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let from = headers.get(header::RANGE).and_then(|value| first_byte(value.to_str().ok()?));
    let sent = snapshot::chunk(&app, device.profile, id, number, from.unwrap_or(0)).await?;
    let described = [
        (header::CONTENT_TYPE, CONTENT_TYPE.to_owned()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::ETAG, format!("\"{}\"", sent.sha256)),
    ];
    Ok(match from {
        Some(from) => {
            let range = format!("bytes {from}-{}/{}", sent.total - 1, sent.total);
            (StatusCode::PARTIAL_CONTENT, described, [(header::CONTENT_RANGE, range)], sent.bytes).into_response()
        }
        None => (described, sent.bytes).into_response(),
    })
}

/// The first byte asked for by `bytes=N-`. Any other form may be answered with the whole (RFC 9110, section 14.2).
fn first_byte(range: &str) -> Option<u64> {
    let digits = range.trim().strip_prefix("bytes=")?.strip_suffix('-')?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::first_byte;

    #[test]
    fn only_the_rest_from_a_byte_on_is_a_range() {
        for (range, byte) in [("bytes=0-", Some(0)), ("bytes=1048576-", Some(1_048_576)), (" bytes=7- ", Some(7))] {
            assert_eq!(first_byte(range), byte, "{range}");
        }
        for other in ["", "bytes=-", "bytes=-5", "bytes=1-2", "bytes=1-,5-", "bytes=+1-", "bytes=99999999999999999999-", "rows=1-"] {
            assert_eq!(first_byte(other), None, "{other}");
        }
    }
}
