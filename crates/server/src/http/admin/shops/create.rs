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
    act::{Act, Done},
    db::admin_act::ActKind,
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
    let mut act = Act::begin(&app, admin).await?;
    let now = act.at();
    let mut shop = organisation::create_shop(&mut act, ShopId(Uuid::now_v7()), &new.name, &new.time_zone).await?;
    if new.country.is_some() || new.address.is_some() {
        let NewShop { name, time_zone, country, address } = new;
        let change = ShopChange { row_version: shop.row_version, name, time_zone, country, address, closed: false };
        shop = organisation::change_shop(&mut act, shop.id, change, now).await?.after;
    }
    act.done(Done::new(ActKind::ShopAdded).to(shop.id.0, &shop.name)).await?;
    Ok((StatusCode::CREATED, Json(shop)))
}
