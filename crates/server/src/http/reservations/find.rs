//! `POST /v1/reservations/find`

use axum::extract::State;
use beadsbox_domain::Deed;
use beadsbox_protocol::{
    Problem,
    reservation::{Reservation, ReservationQuery},
};

use crate::{
    error::Failure,
    http::{auth::SessionAuth, json::Json},
    shop,
    state::App,
};

/// What was ordered on the shop page under that reservation, for whoever sells. With a body and no query, because it leads to a buyer.
#[utoipa::path(post, path = "/v1/reservations/find", operation_id = "find_reservation", tag = "sync", request_body = ReservationQuery,
    security(("session" = [])), responses(
    (status = 200, body = Reservation),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn find(State(app): State<App>, SessionAuth { staff, .. }: SessionAuth, Json(query): Json<ReservationQuery>) -> Result<Json<Reservation>, Failure> {
    if !staff.role.may(Deed::Sell) {
        return Err(Failure::forbidden("only who sells may do this"));
    }
    Ok(Json(shop::lookup(&app, &query.code).await?))
}
