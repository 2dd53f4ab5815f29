//! `POST /v1/admin/enrolment-codes`

use axum::{extract::State, http::StatusCode};
use beadsbox_protocol::{
    Problem,
    admin::{EnrolmentCode, NewEnrolmentCode},
};

use crate::{
    act::{Act, Done},
    db::{Profile, admin_act::ActKind},
    error::Failure,
    http::{auth::AdminAuth, json::Json},
    organisation,
    state::App,
};

/// Makes a one-time code for a new device. It is shown this once.
#[utoipa::path(post, path = "/v1/admin/enrolment-codes", operation_id = "create_enrolment_code", tag = "admin", request_body = NewEnrolmentCode,
    security(("session" = [])), responses(
    (status = 201, body = EnrolmentCode),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Json(new): Json<NewEnrolmentCode>,
) -> Result<(StatusCode, Json<EnrolmentCode>), Failure> {
    let mut act = Act::begin(&app, admin).await?;
    let now = act.at();
    let code = organisation::create_enrolment_code(&mut act, new.shop_id, Profile::Office, now).await?;
    act.done(Done::new(ActKind::EnrolmentCode).to(code.shop.id.0, &code.shop.name)).await?;
    Ok((StatusCode::CREATED, Json(code)))
}
