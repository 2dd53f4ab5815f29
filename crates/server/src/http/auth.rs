//! Who asks: a device by its token, an admin by their session.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, header, request::Parts},
};
use beadsbox_domain::{Deed, DeviceId, StaffId};
use beadsbox_protocol::{CLIENT_VERSION_HEADER, ErrorCode, Profile, rows::Staff};
use sqlx::{PgConnection, Postgres, pool::PoolConnection};

use crate::{
    db::{self, device::Device},
    error::Failure,
    push::{self, Caller, unknown_device},
    state::App,
    token,
};

/// The hash of the bearer token; none where there is none.
fn bearer_hash(parts: &Parts) -> Option<[u8; 32]> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token::hash(token.trim()))
}

/// The version that the caller says it has; none where it is nothing to keep.
fn program_version(parts: &Parts) -> Option<&str> {
    let said = parts.headers.get(CLIENT_VERSION_HEADER)?.to_str().ok()?;
    ((1..=40).contains(&said.len()) && said.bytes().all(|byte| byte.is_ascii_graphic())).then_some(said)
}

fn session_expired() -> Failure {
    Failure::told(StatusCode::UNAUTHORIZED, ErrorCode::SessionExpired, "no session, or it ended: sign in again")
}

/// A device that may call.
pub(super) struct DeviceAuth(pub Device);

impl FromRequestParts<App> for DeviceAuth {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let hash = bearer_hash(parts).ok_or_else(unknown_device)?;
        let mut conn = app.pool.acquire().await?;
        let device = db::device::find_by_token(&mut conn, &hash).await?.ok_or_else(unknown_device)?;
        push::check_state(&device)?;
        if let Some(version) = program_version(parts).filter(|version| device.program_version.as_deref() != Some(version)) {
            db::device::note_version(&mut conn, device.id, version).await?;
        }
        Ok(Self(device))
    }
}

/// A device that may push: also a revoked one, into quarantine.
pub(super) struct PushAuth(pub Caller);

impl FromRequestParts<App> for PushAuth {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let hash = bearer_hash(parts).ok_or_else(unknown_device)?;
        if let Some(known) = app.callers.find(&hash) {
            return Ok(Self(known));
        }
        let mut conn = app.pool.acquire().await?;
        let caller = Caller::new(&db::device::find_by_token(&mut conn, &hash).await?.ok_or_else(unknown_device)?, hash)?;
        app.callers.add(&caller);
        Ok(Self(caller))
    }
}

/// The hash of a bearer token that nobody may have.
pub(super) struct BearerHash(pub [u8; 32]);

impl FromRequestParts<App> for BearerHash {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        bearer_hash(parts).map(Self).ok_or_else(unknown_device)
    }
}

/// A staff member in a session at a device that may call.
pub(super) struct SessionAuth {
    pub staff: Staff,
    pub device: Device,
    /// Of the session's token.
    pub token_hash: [u8; 32],
}

impl FromRequestParts<App> for SessionAuth {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        Self::find(&mut *app.pool.acquire().await?, parts, app).await
    }
}

impl SessionAuth {
    async fn find(conn: &mut PgConnection, parts: &Parts, app: &App) -> Result<Self, Failure> {
        let token_hash = bearer_hash(parts).ok_or_else(session_expired)?;
        let (staff, device) = db::session::signed_in(conn, &token_hash, app.clock.now()).await?.ok_or_else(session_expired)?;
        push::check_state(&device)?;
        if staff.active { Ok(Self { staff, device, token_hash }) } else { Err(session_expired()) }
    }
}

/// Whoever has that session, if their role may do that.
async fn who_may(parts: &mut Parts, app: &App, deed: Deed, otherwise: &str) -> Result<StaffId, Failure> {
    let SessionAuth { staff, .. } = SessionAuth::from_request_parts(parts, app).await?;
    if staff.role.may(deed) { Ok(staff.id) } else { Err(Failure::forbidden(otherwise)) }
}

/// A staff member who may administer, with a second factor where the organisation asks one of every admin, in a session at a device that may call.
pub(super) struct AdminAuth(pub StaffId);

impl FromRequestParts<App> for AdminAuth {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let admin = who_may(parts, app, Deed::Administer, "only an admin may do this").await?;
        if db::second_factor::is_lacking(&mut *app.pool.acquire().await?, admin).await? {
            return Err(Failure::told(
                StatusCode::FORBIDDEN,
                ErrorCode::SecondFactorSetupNeeded,
                "every admin needs a second factor: set one up first",
            ));
        }
        Ok(Self(admin))
    }
}

/// A staff member who may take, hand over and let go conflicts, in a session at a device that may call.
pub(super) struct OfficeAuth(pub StaffId);

impl FromRequestParts<App> for OfficeAuth {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        who_may(parts, app, Deed::WorkOnConflicts, "only the office may do this").await.map(Self)
    }
}

/// A staff member who may see every voucher and write to its buyer, in a session at a device that may call.
pub(super) struct VouchersAuth(pub StaffId);

impl FromRequestParts<App> for VouchersAuth {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        who_may(parts, app, Deed::UseOffice, "only the office may do this").await.map(Self)
    }
}

/// The same where no more than their device may show is told.
pub(super) struct VoucherListAuth {
    pub profile: Profile,
    /// By which they were looked up: what they ask for is read by the same.
    pub conn: PoolConnection<Postgres>,
}

impl FromRequestParts<App> for VoucherListAuth {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let mut conn = app.pool.acquire().await?;
        let SessionAuth { staff, device, .. } = SessionAuth::find(&mut conn, parts, app).await?;
        if staff.role.may(Deed::UseOffice) {
            Ok(Self { profile: device.profile, conn })
        } else {
            Err(Failure::forbidden("only the office may do this"))
        }
    }
}

/// A staff member who may read reports, in a session at a device that may call.
pub(super) struct ReportAuth;

impl FromRequestParts<App> for ReportAuth {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        who_may(parts, app, Deed::ReadReports, "only the office may read reports").await.map(|_| Self)
    }
}

/// What a sign-out ends.
pub(super) enum SignOut {
    /// The session of that token.
    Session([u8; 32]),
    /// Every session at that device.
    Device(DeviceId),
}

impl FromRequestParts<App> for SignOut {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let hash = bearer_hash(parts).ok_or_else(session_expired)?;
        let mut conn = app.pool.acquire().await?;
        sign_out(&mut conn, hash, app).await
    }
}

async fn sign_out(conn: &mut PgConnection, hash: [u8; 32], app: &App) -> Result<SignOut, Failure> {
    if db::session::lives(conn, &hash, app.clock.now()).await? {
        return Ok(SignOut::Session(hash));
    }
    let device = db::device::find_by_token(conn, &hash).await?.ok_or_else(session_expired)?;
    push::check_state(&device)?;
    Ok(SignOut::Device(device.id))
}
