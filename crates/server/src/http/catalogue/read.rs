//! `GET /v1/catalogue`

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use beadsbox_protocol::{Problem, catalogue::Catalogue};

use crate::{catalogue, error::Failure, http::json::Json, state::App};

/// Gives the voucher templates that are for sale. A change of one is seen here after eleven seconds at most.
#[utoipa::path(get, path = "/v1/catalogue", operation_id = "catalogue", tag = "shop", responses(
    (status = 200, body = Catalogue),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn read(State(app): State<App>) -> Result<Response, Failure> {
    Ok(Json(&catalogue::offer(&app).await?.catalogue).into_response())
}
