//! `GET /v1/templates/{id}/history`

use axum::extract::State;
use beadsbox_domain::{TemplateId, operation::Subject};
use beadsbox_protocol::{Problem, history::HistoryItem};

use crate::{
    db,
    error::Failure,
    http::{
        auth::DeviceAuth,
        json::{Json, Path},
    },
    state::App,
};

/// Every operation on a template, in the order in which the server took them.
#[utoipa::path(get, path = "/v1/templates/{id}/history", operation_id = "template_history", tag = "sync", params(("id" = TemplateId, Path)), security(("device" = [])), responses(
    (status = 200, body = Vec<HistoryItem>),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn history(State(app): State<App>, _: DeviceAuth, Path(id): Path<TemplateId>) -> Result<Json<Vec<HistoryItem>>, Failure> {
    let items = db::operation::history(&mut *app.pool.acquire().await?, Subject::Template(id)).await?;
    if items.is_empty() { Err(Failure::not_found("template")) } else { Ok(Json(items)) }
}
