//! `GET /v1/admin/shop-page`

use axum::extract::State;
use beadsbox_protocol::{Problem, shop_page::ShopPageSetup};

use crate::{
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    shop,
    state::App,
};

/// For which shop the page sells, and the orders at which somebody has to look.
#[utoipa::path(get, path = "/v1/admin/shop-page", operation_id = "shop_page", tag = "admin", security(("session" = [])), responses(
    (status = 200, body = ShopPageSetup),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn read(State(app): State<App>, _: AdminAuth) -> Result<Json<ShopPageSetup>, Failure> {
    Ok(Json(shop::page_setup(&app).await?))
}
