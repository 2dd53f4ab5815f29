//! `POST /v1/sessions`

use axum::{extract::State, http::StatusCode};
use beadsbox_domain::DeviceId;
use beadsbox_protocol::{
    ErrorCode, Problem,
    rows::Staff,
    session::{SignInRequest, SignInResponse},
};
use jiff::SignedDuration;

use crate::{
    credentials,
    db::{self, device::Device, sign_in_delay::Scope},
    delay,
    error::Failure,
    http::{auth::DeviceAuth, json::Json},
    second_factor,
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
    let typed = [Some(&request.name), Some(&request.password), request.code.as_ref(), request.new_password.as_ref()];
    if typed.into_iter().flatten().any(|text| text.chars().count() > MOST_CHARACTERS) {
        return Err(Failure::malformed(format!("name, password and code have at most {MOST_CHARACTERS} characters")));
    }
    let Shown { staff, password_hash, by_new } = shown(&app, &device, &request.name, &request.password, request.new_password.as_deref()).await?;
    if !staff.active {
        return Err(Failure::told(StatusCode::FORBIDDEN, ErrorCode::StaffInactive, "this staff member may not sign in"));
    }
    let now = app.clock.now();
    // All that can be mended by typing comes before the code, which counts once.
    let one_time_until = db::staff::one_time_until(&mut *app.pool.acquire().await?, staff.id).await?;
    let new_password = request.new_password.filter(|_| !by_new);
    let new_hash = credentials::replacement(&app.passwords, one_time_until, &request.password, new_password, now).await?;
    second_factor::check(&app, device.id, staff.id, request.code.as_deref()).await?;

    let (token, expires_at) = (token::bearer()?, now + SignedDuration::from_hours(SESSION_HOURS));
    let mut tx = db::begin(&app.pool).await?;
    // Hashing took its time: whoever was barred or got another password meanwhile is not let in by the old one.
    if !db::staff::lock_as_shown(&mut tx, staff.id, &password_hash, staff.sign_in_version).await? {
        return Err(Failure::wrong_password());
    }
    if let Some(new_hash) = &new_hash {
        credentials::replace(&mut tx, staff.id, &password_hash, new_hash, None).await?;
    }
    db::session::insert(&mut tx, &token::hash(&token), staff.id, device.id, now, expires_at).await?;
    db::staff_sign_in::note(&mut tx, staff.id, device.id, now).await?;
    // As they are now: the device keeps what lets them in without the server under that count.
    let staff = db::staff::find(&mut tx, staff.id).await?.ok_or_else(Failure::wrong_password)?;
    tx.commit().await?;
    if new_hash.is_some() {
        tracing::info!(staff = %staff.id, "took a password in the place of the one-time one");
        app.feed.settle().await;
    }
    Ok(Json(SignInResponse { token, expires_at, staff }))
}

/// Whose password somebody showed.
struct Shown {
    staff: Staff,
    /// What it fits.
    password_hash: String,
    /// It was the new one: it is theirs already.
    by_new: bool,
}

/// The staff member, if the password is theirs, and the hash that it fits. Nobody's name and a wrong password cost the same and sound the same.
pub(super) async fn verified(app: &App, device: &Device, name: &str, password: &str) -> Result<(Staff, String), Failure> {
    let Shown { staff, password_hash, .. } = shown(app, device, name, password, None).await?;
    Ok((staff, password_hash))
}

/// The same; or else if the new password is theirs: it was taken before, and the answer was lost on its way.
async fn shown(app: &App, device: &Device, name: &str, password: &str, new_password: Option<&str>) -> Result<Shown, Failure> {
    let subjects = [(Scope::NameAtDevice, name_at_device(device.id, name)), (Scope::Device, token::hash(&device.id.to_string()))];
    let guesses = [Some((password, false)), new_password.filter(|new| !new.is_empty()).map(|new| (new, true))];
    for (guess, by_new) in guesses.into_iter().flatten() {
        // Each guess counts.
        if let Some((staff, password_hash)) = guessed(app, &subjects, name, guess).await? {
            return Ok(Shown { staff, password_hash, by_new });
        }
    }
    Err(Failure::wrong_password())
}

async fn guessed(app: &App, subjects: &[delay::Subject], name: &str, password: &str) -> Result<Option<(Staff, String)>, Failure> {
    let now = app.clock.now();
    delay::count(app, subjects, now).await?;
    let mut conn = app.pool.acquire().await?;
    // A PostgreSQL text holds no NUL, so nobody's name has one.
    let found = if name.contains('\0') { None } else { db::staff::find_by_name(&mut conn, name.trim()).await? };
    // Hashing takes its time: not with a connection in the hand.
    drop(conn);
    let kept = found.as_ref().map(|(_, hash)| hash.clone());
    if !app.passwords.fits(password.to_owned(), kept).await? {
        return Ok(None);
    }
    delay::forget(app, subjects).await?;
    Ok(found)
}

fn name_at_device(device: DeviceId, name: &str) -> [u8; 32] {
    token::hash(&format!("{device} {}", name.trim().to_lowercase()))
}
