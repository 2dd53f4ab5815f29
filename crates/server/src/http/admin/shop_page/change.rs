//! `PUT /v1/admin/shop-page`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    shop_page::{ShopPageChange, ShopPageSetup},
};

use crate::{
    act::Act,
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    shop,
    state::App,
};

/// Opens the shop page for a shop, or closes it: 409 where somebody else changed it since it was read. What was ordered can still be paid.
#[utoipa::path(put, path = "/v1/admin/shop-page", operation_id = "change_shop_page", tag = "admin", request_body = ShopPageChange,
    security(("session" = [])), responses(
    (status = 200, body = ShopPageSetup),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn change(State(app): State<App>, AdminAuth(admin): AdminAuth, Json(change): Json<ShopPageChange>) -> Result<Json<ShopPageSetup>, Failure> {
    shop::set_page(Act::begin(&app, admin).await?, &change.settings, Some(change.row_version)).await?;
    Ok(Json(shop::page_setup(&app).await?))
}
