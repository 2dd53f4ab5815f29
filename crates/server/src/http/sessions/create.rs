//! `POST /v1/sessions`

use axum::{extract::State, http::StatusCode};
use beadsbox_domain::{DeviceId, Timestamp};
use beadsbox_protocol::{
    ErrorCode, Problem,
    rows::Staff,
    session::{SignInRequest, SignInResponse},
};
use jiff::SignedDuration;

use crate::{
    db::{self, device::Device, sign_in_delay::Scope},
    error::Failure,
    http::{auth::DeviceAuth, json::Json},
    state::App,
    token,
};

/// How long a session lasts.
const SESSION_HOURS: i64 = 12;
/// Longer names and passwords than anybody has are not worth hashing.
pub(in crate::http) const MOST_CHARACTERS: usize = 200;

/// Signs a staff member in at the device whose token is sent.
#[utoipa::path(post, path = "/v1/sessions", tag = "sync", request_body = SignInRequest, security(("device" = [])), responses(
    (status = 200, body = SignInResponse),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(State(app): State<App>, DeviceAuth(device): DeviceAuth, Json(request): Json<SignInRequest>) -> Result<Json<SignInResponse>, Failure> {
    if request.name.chars().count() > MOST_CHARACTERS || request.password.chars().count() > MOST_CHARACTERS {
        return Err(Failure::malformed(format!("name and password have at most {MOST_CHARACTERS} characters")));
    }
    let (staff, _) = verified(&app, &device, &request).await?;
    if !staff.active {
        return Err(Failure::told(StatusCode::FORBIDDEN, ErrorCode::StaffInactive, "this staff member may not sign in"));
    }
    let now = app.clock.now();
    let (token, expires_at) = (token::bearer()?, now + SignedDuration::from_hours(SESSION_HOURS));
    let mut tx = db::begin(&app.pool).await?;
    db::session::insert(&mut tx, &token::hash(&token), staff.id, device.id, now, expires_at).await?;
    tx.commit().await?;
    Ok(Json(SignInResponse { token, expires_at, staff }))
}

/// The staff member, if the password is theirs, and the hash that it fits. Nobody's name and a wrong password cost the same and sound the same.
pub(super) async fn verified(app: &App, device: &Device, request: &SignInRequest) -> Result<(Staff, String), Failure> {
    let now = app.clock.now();
    let subjects = [(Scope::NameAtDevice, name_at_device(device.id, &request.name)), (Scope::Device, token::hash(&device.id.to_string()))];
    let mut conn = app.pool.acquire().await?;
    for (scope, subject) in &subjects {
        if let Err(until) = db::sign_in_delay::count(&mut conn, *scope, subject, now).await? {
            return Err(too_many(until, now));
        }
    }
    // A PostgreSQL text holds no NUL, so nobody's name has one.
    let found = if request.name.contains('\0') {
        None
    } else {
        db::staff::find_by_name(&mut conn, request.name.trim()).await?
    };
    // Hashing takes its time: not with a connection in the hand.
    drop(conn);
    let kept = found.as_ref().map(|(_, hash)| hash.clone());
    let fits = app.passwords.fits(request.password.clone(), kept).await?;
    let shown = found.filter(|_| fits).ok_or_else(Failure::wrong_password)?;
    let mut conn = app.pool.acquire().await?;
    for (scope, subject) in &subjects {
        db::sign_in_delay::forget(&mut conn, *scope, subject).await?;
    }
    Ok(shown)
}

fn name_at_device(device: DeviceId, name: &str) -> [u8; 32] {
    token::hash(&format!("{device} {}", name.trim().to_lowercase()))
}

/// Told to wait until that moment.
pub(in crate::http) fn too_many(until: Timestamp, now: Timestamp) -> Failure {
    // Rounded up: a client that waits so long gets its turn.
    let seconds = u64::try_from(until.duration_since(now).as_millis().max(0)).unwrap_or(u64::MAX).div_ceil(1000);
    Failure::told(StatusCode::TOO_MANY_REQUESTS, ErrorCode::TooManyRequests, "too many attempts: wait").with(|problem| problem.retry_after = Some(seconds))
}
