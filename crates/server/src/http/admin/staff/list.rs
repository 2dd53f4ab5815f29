//! `GET /v1/admin/staff`

use axum::extract::State;
use beadsbox_protocol::{Problem, admin::StaffStatus};

use crate::{
    db,
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    state::App,
};

/// Every staff member, by name: when they last signed in, and with what.
#[utoipa::path(get, path = "/v1/admin/staff", operation_id = "list_staff", tag = "admin", security(("session" = [])), responses(
    (status = 200, body = Vec<StaffStatus>),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(State(app): State<App>, _: AdminAuth) -> Result<Json<Vec<StaffStatus>>, Failure> {
    let mut tx = db::at_one_moment(&app.pool).await?;
    let staff = db::staff::all(&mut tx).await?;
    let factors = db::second_factor::all(&mut tx).await?;
    let one_time = db::staff::one_time_passwords(&mut tx).await?;
    let mut sign_ins = db::staff_sign_in::newest(&mut tx).await?;
    let status = staff.into_iter().map(|staff| StaffStatus {
        second_factor_since: factors.get(&staff.id).copied(),
        one_time_until: one_time.get(&staff.id).copied(),
        sign_ins: sign_ins.remove(&staff.id).unwrap_or_default(),
        staff,
    });
    Ok(Json(status.collect()))
}
