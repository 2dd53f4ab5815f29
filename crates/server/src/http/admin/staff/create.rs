//! `POST /v1/admin/staff`

use axum::{extract::State, http::StatusCode};
use beadsbox_domain::StaffId;
use beadsbox_protocol::{
    Problem,
    admin::{AddedStaff, NewStaff},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    act::{Act, Done},
    credentials,
    db::admin_act::ActKind,
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    state::App,
};

/// Adds a staff member, with a one-time password that is shown this once.
#[utoipa::path(post, path = "/v1/admin/staff", operation_id = "create_staff", tag = "admin", request_body = NewStaff, security(("session" = [])), responses(
    (status = 201, body = AddedStaff),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(State(app): State<App>, AdminAuth(admin): AdminAuth, Json(new): Json<NewStaff>) -> Result<(StatusCode, Json<AddedStaff>), Failure> {
    let id = StaffId(Uuid::now_v7());
    let mut act = Act::begin(&app, admin).await?;
    let now = act.at();
    let added = credentials::add_staff(&mut act, &app.passwords, id, &new.name, new.role, now).await?;
    act.done(Done::new(ActKind::StaffAdded).to(id.0, &added.staff.name).with("role", json!(new.role))).await?;
    Ok((StatusCode::CREATED, Json(added)))
}
