//! `POST /v1/devices/enrol`

use axum::{extract::State, http::StatusCode};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_domain::{DeviceId, Timestamp, text::Name};
use beadsbox_protocol::{
    ErrorCode, Problem, Profile,
    enrol::{EnrolRequest, EnrolResponse, certificate_message, proof_message},
    rows::Shop,
};
use ed25519_dalek::{Signature, VerifyingKey};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    db::{
        self,
        device::NewDevice,
        enrolment_code,
        feed::{self, Kind},
    },
    error::Failure,
    http::json::Json,
    push,
    state::App,
    token,
};

/// Enrols a device with a one-time code. With the same key and code it gives the same device again, with a new token.
#[utoipa::path(post, path = "/v1/devices/enrol", tag = "sync", request_body = EnrolRequest, responses(
    (status = 200, body = EnrolResponse),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn enrol(State(app): State<App>, Json(request): Json<EnrolRequest>) -> Result<Json<EnrolResponse>, Failure> {
    let key = proven_key(&request)?;
    let name = Name::new(&request.name).map_err(|error| Failure::malformed(format!("name: {error}")))?;
    let now = app.clock.now();
    let token = token::bearer()?;
    let mut tx = db::begin(&app.pool).await?;
    let enrolled = enrol_with(&mut tx, &token::enrolment_code_hash(&request.code), &key, name.as_str(), &token::hash(&token), now).await?;
    tx.commit().await?;
    app.feed.settle().await;

    let Enrolled { device_id, incarnation, shop, profile, since: enrolled_at } = enrolled;
    let certificate = app.identity.sign(&certificate_message(device_id, shop.id, profile, key.as_bytes(), enrolled_at));
    Ok(Json(EnrolResponse {
        device_id,
        incarnation,
        token,
        shop,
        profile,
        epoch: app.identity.epoch,
        server_public_key: app.identity.public_key(),
        enrolled_at,
        certificate: BASE64.encode(certificate),
    }))
}

/// The public key, if whoever asks holds its private half.
fn proven_key(request: &EnrolRequest) -> Result<VerifyingKey, Failure> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(&request.public_key, &mut bytes).map_err(|_| Failure::malformed("public_key is 64 hexadecimal digits"))?;
    let key = VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak());
    let key = key.ok_or_else(|| Failure::malformed("public_key is no Ed25519 key"))?;
    let proof = BASE64.decode(&request.proof).ok().and_then(|bytes| Signature::from_slice(&bytes).ok());
    let proven = proof.is_some_and(|proof| key.verify_strict(&proof_message(&request.code), &proof).is_ok());
    if proven {
        Ok(key)
    } else {
        Err(Failure::told(StatusCode::BAD_REQUEST, ErrorCode::BadSignature, "the proof is not signed by that key"))
    }
}

struct Enrolled {
    device_id: DeviceId,
    incarnation: u32,
    shop: Shop,
    profile: Profile,
    since: Timestamp,
}

async fn enrol_with(
    conn: &mut PgConnection,
    code_hash: &[u8; 32],
    key: &VerifyingKey,
    name: &str,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Enrolled, Failure> {
    let code = enrolment_code::lock(conn, code_hash)
        .await?
        .ok_or_else(|| Failure::told(StatusCode::FORBIDDEN, ErrorCode::EnrolmentCodeWrong, "no such enrolment code"))?;
    let used_by_this_key = code.used_by.as_deref() == Some(key.as_bytes().as_slice());
    // The same device may come back for its lost reply, also when the code's time is over.
    if !used_by_this_key && (code.used_by.is_some() || code.expires_at <= now) {
        return Err(Failure::told(StatusCode::FORBIDDEN, ErrorCode::EnrolmentCodeUsed, "the code was used, or its time has passed"));
    }
    let shop = db::shop::lock(conn, code.shop()).await?.ok_or_else(|| Failure::Defect("a code's shop is missing".to_owned()))?;
    if shop.closed && !used_by_this_key {
        return Err(Failure::told(StatusCode::CONFLICT, ErrorCode::ShopClosed, "the shop was closed since the code was made"));
    }
    if !used_by_this_key {
        enrolment_code::mark_used(conn, code_hash, key.as_bytes(), now).await?;
    }
    if let Some(known) = db::device::find_by_key(conn, key.as_bytes()).await? {
        push::check_state(&known)?;
        if known.shop != shop.id {
            return Err(Failure::forbidden("this device belongs to another shop"));
        }
        db::device::set_token(conn, known.id, token_hash).await?;
        return Ok(Enrolled { device_id: known.id, incarnation: beadsbox_authority::lives::FIRST, shop, profile: known.profile, since: known.enrolled_at });
    }
    // To the millisecond: the certificate signs no more.
    let enrolled_at = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
    let device_id = DeviceId(Uuid::now_v7());
    let new = NewDevice { id: device_id, name, shop: shop.id, public_key: key, profile: code.profile(), token_hash, enrolled_at };
    db::device::insert(conn, &new).await?;
    feed::note(conn, Kind::Device, &[device_id.0]).await?;
    Ok(Enrolled { device_id, incarnation: beadsbox_authority::lives::FIRST, shop, profile: code.profile(), since: enrolled_at })
}
