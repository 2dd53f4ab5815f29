//! `POST /v1/admin/shop-orders/{id}`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    shop_page::{OrderSettlement, ShopPageSetup},
};
use uuid::Uuid;

use crate::{
    act::Act,
    error::Failure,
    http::{
        auth::AdminAuth,
        json::{Json, Path},
    },
    shop,
    state::App,
};

/// Notes that somebody dealt with an order that was in trouble; if it still waited for a payment, it is cancelled. Or with money of it that went back: 409
/// where something else became of that since.
#[utoipa::path(post, path = "/v1/admin/shop-orders/{id}", operation_id = "settle_shop_order", tag = "admin", params(("id" = Uuid, Path)),
    request_body = OrderSettlement, security(("session" = [])), responses(
    (status = 200, body = ShopPageSetup),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn settle(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Path(id): Path<Uuid>,
    Json(settlement): Json<OrderSettlement>,
) -> Result<Json<ShopPageSetup>, Failure> {
    shop::settle_order(Act::begin(&app, admin).await?, id, &settlement).await?;
    Ok(Json(shop::page_setup(&app).await?))
}
