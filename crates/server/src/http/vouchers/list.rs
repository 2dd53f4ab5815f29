//! `GET /v1/vouchers`

use axum::extract::State;
use beadsbox_protocol::{
    Problem,
    voucher_list::{MOST_LISTED, VoucherList, VoucherListQuery},
};

use crate::{
    db,
    error::Failure,
    http::{
        auth::VoucherListAuth,
        json::{Json, Query},
    },
    state::App,
};

/// A page of all vouchers, from the greatest id on.
#[utoipa::path(get, path = "/v1/vouchers", operation_id = "vouchers", tag = "office", params(VoucherListQuery), security(("session" = [])), responses(
    (status = 200, body = VoucherList),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(
    State(app): State<App>,
    VoucherListAuth(profile): VoucherListAuth,
    Query(query): Query<VoucherListQuery>,
) -> Result<Json<VoucherList>, Failure> {
    if !(1..=MOST_LISTED).contains(&query.limit) {
        return Err(Failure::malformed(format!("limit is 1 to {MOST_LISTED}")));
    }
    // One more than is shown says whether there is another page.
    let mut vouchers = db::voucher_list::page(&mut *app.pool.acquire().await?, query.after, i64::from(query.limit) + 1, profile).await?;
    let more = vouchers.len() > query.limit as usize;
    vouchers.truncate(query.limit as usize);
    let next = if more { vouchers.last().map(|last| last.id) } else { None };
    Ok(Json(VoucherList { vouchers, next }))
}
