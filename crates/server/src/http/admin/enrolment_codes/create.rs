//! `POST /v1/admin/enrolment-codes`

use axum::{extract::State, http::StatusCode};
use beadsbox_protocol::{
    Problem,
    admin::{EnrolmentCode, NewEnrolmentCode},
};

use crate::{
    db::{self, Profile, admin_act},
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
    let mut tx = db::begin(&app.pool).await?;
    let code = organisation::create_enrolment_code(&mut tx, new.shop_id, Profile::Office, app.clock.now()).await?;
    let act = admin_act::New {
        at: app.clock.now(),
        staff: admin,
        kind: "enrolment_code",
        subject: Some((code.shop.id.0, &code.shop.name)),
        details: serde_json::json!({}),
    };
    admin_act::insert(&mut tx, act).await?;
    tx.commit().await?;
    tracing::info!(%admin, shop = %code.shop.id, "made an enrolment code");
    Ok((StatusCode::CREATED, Json(code)))
}
