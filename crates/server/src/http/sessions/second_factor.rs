//! `GET`, `POST` and `PUT /v1/sessions/second-factor`

use axum::extract::State;
use beadsbox_domain::Role;
use beadsbox_protocol::{
    Problem,
    second_factor::{RecoveryCodes, SecondFactorConfirmation, SecondFactorOffer, SecondFactorRequest, SecondFactorState},
};

use super::create::{MOST_CHARACTERS, verified};
use crate::{
    act::{Act, Done},
    db::{self, admin_act::ActKind},
    error::Failure,
    http::{auth::SessionAuth, json::Json},
    second_factor,
    state::App,
};

/// Whether a second factor is asked of whoever is signed in.
#[utoipa::path(get, path = "/v1/sessions/second-factor", operation_id = "second_factor", tag = "sync", security(("session" = [])), responses(
    (status = 200, body = SecondFactorState),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn state(State(app): State<App>, SessionAuth { staff, .. }: SessionAuth) -> Result<Json<SecondFactorState>, Failure> {
    let mut tx = db::at_one_moment(&app.pool).await?;
    let since = db::second_factor::find(&mut tx, staff.id).await?.since;
    let recovery_codes = u32::try_from(db::recovery_code::left(&mut tx, staff.id).await?).unwrap_or(0);
    let required = staff.role == Role::Admin && db::settings::read(&mut tx).await?.policy.admins_need_second_factor;
    Ok(Json(SecondFactorState { since, recovery_codes, required }))
}

/// Begins a second factor, or another one in the place of the one there is. It counts once a code of it is shown.
#[utoipa::path(post, path = "/v1/sessions/second-factor", operation_id = "begin_second_factor", tag = "sync", request_body = SecondFactorRequest,
    security(("session" = [])), responses(
    (status = 200, body = SecondFactorOffer),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn begin(
    State(app): State<App>,
    SessionAuth { staff, device, .. }: SessionAuth,
    Json(request): Json<SecondFactorRequest>,
) -> Result<Json<SecondFactorOffer>, Failure> {
    if request.password.chars().count() > MOST_CHARACTERS || request.code.as_ref().is_some_and(|code| code.chars().count() > MOST_CHARACTERS) {
        return Err(Failure::malformed(format!("password and code have at most {MOST_CHARACTERS} characters")));
    }
    let (shown, _) = verified(&app, &device, &staff.name, &request.password).await?;
    second_factor::check(&app, device.id, shown.id, request.code.as_deref()).await?;
    let mut tx = db::begin(&app.pool).await?;
    let offer = second_factor::begin(&mut tx, shown.id, &shown.name, app.clock.now()).await?;
    tx.commit().await?;
    Ok(Json(offer))
}

/// Shows a code of the one that was begun: from now on it is asked for. The person's other sessions end.
#[utoipa::path(put, path = "/v1/sessions/second-factor", operation_id = "confirm_second_factor", tag = "sync", request_body = SecondFactorConfirmation,
    security(("session" = [])), responses(
    (status = 200, body = RecoveryCodes),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn confirm(
    State(app): State<App>,
    SessionAuth { staff, token_hash, .. }: SessionAuth,
    Json(request): Json<SecondFactorConfirmation>,
) -> Result<Json<RecoveryCodes>, Failure> {
    let mut act = Act::begin(&app, staff.id).await?;
    let now = act.at();
    let codes = second_factor::confirm(&mut act, staff.id, &request.code, now).await?;
    db::session::delete_others_of_staff(&mut act, staff.id, &token_hash).await?;
    act.done(Done::new(ActKind::SecondFactorSet).to(staff.id.0, &staff.name)).await?;
    Ok(Json(codes))
}
