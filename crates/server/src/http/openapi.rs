//! The OpenAPI document.

use std::sync::OnceLock;

use axum::response::IntoResponse;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

#[derive(OpenApi)]
#[openapi(
    info(title = "My Beads Box", description = "The central server of My Beads Box: devices push what people did and pull what changed. Every answer that is not a success is a Problem."),
    components(schemas(beadsbox_protocol::Problem, beadsbox_protocol::digest::RowKind)),
    modifiers(&Bearers),
    tags(
        (name = "sync", description = "What devices do all day"),
        (name = "office", description = "Who works on what: for the back office and admins"),
        (name = "reports", description = "What the books say: for the back office and admins"),
        (name = "admin", description = "Shops, staff, devices: for admins"),
        (name = "shop", description = "What buyers see"),
        (name = "status", description = "What anybody may ask"),
    )
)]
struct Frame;

struct Bearers;

impl Modify for Bearers {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        for (name, description) in [("device", "The token of an enrolled device"), ("session", "The token of a staff member's session")] {
            let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(description)).build();
            components.add_security_scheme(name, SecurityScheme::Http(scheme));
        }
    }
}

/// The document without its endpoints.
pub(super) fn frame() -> Document {
    Frame::openapi()
}

/// The whole document.
pub fn openapi_document() -> Document {
    super::endpoints().split_for_parts().1
}

/// Every path with its methods, in capitals.
pub(super) fn paths(document: &Document) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (path, item) in &document.paths.paths {
        let methods = [("GET", &item.get), ("POST", &item.post), ("PUT", &item.put), ("PATCH", &item.patch), ("DELETE", &item.delete)];
        found.extend(methods.iter().filter(|(_, operation)| operation.is_some()).map(|(method, _)| ((*method).to_owned(), path.clone())));
    }
    found
}

/// `GET /openapi.json`.
pub(super) async fn serve() -> impl IntoResponse {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| openapi_document().to_pretty_json().unwrap_or_default());
    ([("content-type", "application/json")], text.as_str())
}
