//! `POST /v1/admin/shops`

use axum::{extract::State, http::StatusCode};
use beadsbox_domain::ShopId;
use beadsbox_protocol::{
    Problem,
    admin::{NewShop, ShopChange},
    rows::Shop,
};
use uuid::Uuid;

use crate::{
    db::{self, admin_act},
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    organisation,
    state::App,
};

/// Adds a shop.
#[utoipa::path(post, path = "/v1/admin/shops", operation_id = "create_shop", tag = "admin", request_body = NewShop, security(("session" = [])), responses(
    (status = 201, body = Shop),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(State(app): State<App>, AdminAuth(admin): AdminAuth, Json(new): Json<NewShop>) -> Result<(StatusCode, Json<Shop>), Failure> {
    let mut tx = db::begin(&app.pool).await?;
    let now = app.clock.now();
    let mut shop = organisation::create_shop(&mut tx, ShopId(Uuid::now_v7()), &new.name, &new.time_zone).await?;
    if new.country.is_some() || new.address.is_some() {
        let NewShop { name, time_zone, country, address } = new;
        let change = ShopChange { row_version: shop.row_version, name, time_zone, country, address, closed: false };
        shop = organisation::change_shop(&mut tx, shop.id, change, now).await?;
    }
    let act = admin_act::New { at: now, staff: admin, kind: "shop_added", subject: Some((shop.id.0, &shop.name)), details: serde_json::json!({}) };
    admin_act::insert(&mut tx, act).await?;
    tx.commit().await?;
    tracing::info!(%admin, shop = %shop.id, "added a shop");
    app.feed.settle().await;
    Ok((StatusCode::CREATED, Json(shop)))
}
