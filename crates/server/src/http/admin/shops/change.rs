//! `PUT /v1/admin/shops/{id}`

use axum::extract::State;
use beadsbox_domain::ShopId;
use beadsbox_protocol::{Problem, admin::ShopChange, rows::Shop};
use serde_json::json;

use crate::{
    act::{Act, Done},
    db::admin_act::ActKind,
    error::Failure,
    http::{
        auth::AdminAuth,
        json::{Json, Path},
    },
    organisation::{self, Changed},
    state::App,
};

/// Sets a shop whole, also whether it is closed: 409 where somebody else did since it was read, where devices stand in a shop that is to close,
/// and where business was done in another time zone.
#[utoipa::path(put, path = "/v1/admin/shops/{id}", operation_id = "change_shop", tag = "admin", params(("id" = ShopId, Path)),
    request_body = ShopChange, security(("session" = [])), responses(
    (status = 200, body = Shop),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn change(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Path(id): Path<ShopId>,
    Json(change): Json<ShopChange>,
) -> Result<Json<Shop>, Failure> {
    let mut act = Act::begin(&app, admin).await?;
    let now = act.at();
    let Changed { before, after } = organisation::change_shop(&mut act, id, change, now).await?;
    let done = Done::new(ActKind::ShopChanged)
        .to(id.0, &after.name)
        .changed("name", before.name.as_str(), after.name.as_str())
        .with("time_zone", after.time_zone.clone())
        .with("country", json!(after.country))
        .with("closed", after.closed);
    act.done(done).await?;
    Ok(Json(after))
}
