//! `POST /v1/admin/staff`

use axum::{extract::State, http::StatusCode};
use beadsbox_domain::StaffId;
use beadsbox_protocol::{
    Problem,
    admin::{AddedStaff, NewStaff},
};
use uuid::Uuid;

use crate::{
    credentials,
    db::{self, admin_act},
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    organisation,
    state::App,
};

/// Adds a staff member. Without a password in the request a one-time one is made, and shown this once.
#[utoipa::path(post, path = "/v1/admin/staff", operation_id = "create_staff", tag = "admin", request_body = NewStaff, security(("session" = [])), responses(
    (status = 201, body = AddedStaff),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(State(app): State<App>, AdminAuth(admin): AdminAuth, Json(new): Json<NewStaff>) -> Result<(StatusCode, Json<AddedStaff>), Failure> {
    let (id, now) = (StaffId(Uuid::now_v7()), app.clock.now());
    let mut tx = db::begin(&app.pool).await?;
    let added = match new.password {
        None => credentials::add_staff(&mut tx, &app.passwords, id, &new.name, new.role, now).await?,
        Some(password) => {
            let staff = organisation::create_staff(&mut tx, &app.passwords, id, &new.name, new.role, password).await?;
            AddedStaff { staff, one_time: None }
        }
    };
    let details = serde_json::json!({ "role": new.role });
    let act = admin_act::New { at: now, staff: admin, kind: "staff_added", subject: Some((id.0, &added.staff.name)), details };
    admin_act::insert(&mut tx, act).await?;
    tx.commit().await?;
    tracing::info!(%admin, staff = %id, role = new.role.name(), "added a staff member");
    app.feed.settle().await;
    Ok((StatusCode::CREATED, Json(added)))
}
