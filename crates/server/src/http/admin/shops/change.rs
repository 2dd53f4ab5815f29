//! `PUT /v1/admin/shops/{id}`

use axum::extract::State;
use beadsbox_domain::ShopId;
use beadsbox_protocol::{Problem, admin::ShopChange, rows::Shop};

use crate::{
    db::{self, admin_act},
    error::Failure,
    http::{
        auth::AdminAuth,
        json::{Json, Path},
    },
    organisation,
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
    let now = app.clock.now();
    let mut tx = db::begin(&app.pool).await?;
    let shop = organisation::change_shop(&mut tx, id, change, now).await?;
    let details = serde_json::json!({ "time_zone": shop.time_zone, "country": shop.country, "closed": shop.closed });
    let act = admin_act::New { at: now, staff: admin, kind: "shop_changed", subject: Some((id.0, &shop.name)), details };
    admin_act::insert(&mut tx, act).await?;
    tx.commit().await?;
    tracing::info!(%admin, shop = %id, closed = shop.closed, "changed a shop");
    app.feed.settle().await;
    Ok(Json(shop))
}
