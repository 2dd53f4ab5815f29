//! `POST /v1/devices/recognise`

use axum::{extract::State, http::StatusCode};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_protocol::{
    ErrorCode, Problem,
    enrol::{RecogniseRequest, RecogniseResponse, recognise_message},
    export::Issuer,
};
use ed25519_dalek::{Signature, VerifyingKey};

use crate::{
    db,
    error::Failure,
    http::{auth::BearerHash, json::Json},
    organisation,
    state::App,
};

/// Knows a device again that was enrolled after the backup from which the server was restored: by the certificate that this
/// server signed then, and the proof that whoever shows it holds the device's key.
#[utoipa::path(post, path = "/v1/devices/recognise", tag = "sync", request_body = RecogniseRequest, security(("device" = [])), responses(
    (status = 200, body = RecogniseResponse),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn recognise(
    State(app): State<App>,
    BearerHash(token_hash): BearerHash,
    Json(request): Json<RecogniseRequest>,
) -> Result<Json<RecogniseResponse>, Failure> {
    // Before any look into the database: nobody else's requests cost more than two signatures.
    let issuer = request.issuer();
    let key = proven_key(&app, &issuer, &request.proof, &token_hash)?;
    organisation::checked_name(&issuer.name)?;
    let mut tx = db::begin(&app.pool).await?;
    app.check_home(&mut tx).await?;
    let known = organisation::recognise_device(&mut tx, &issuer, &key, &token_hash).await?;
    tx.commit().await?;
    if !known {
        tracing::warn!(device = %request.device_id, "a device that was lost with a restore is known again");
        app.feed.settle().await;
    }
    Ok(Json(RecogniseResponse { epoch: app.identity.epoch }))
}

/// The device's key, if this server certified it and whoever asks holds its private half.
fn proven_key(app: &App, issuer: &Issuer, proof: &str, token_hash: &[u8; 32]) -> Result<VerifyingKey, Failure> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(&issuer.public_key, &mut bytes).map_err(|_| Failure::malformed("public_key is 64 hexadecimal digits"))?;
    let key = VerifyingKey::from_bytes(&bytes).map_err(|_| Failure::malformed("public_key is no Ed25519 key"))?;
    let proof = BASE64.decode(proof).ok().and_then(|bytes| Signature::from_slice(&bytes).ok());
    let proven = proof.is_some_and(|proof| key.verify_strict(&recognise_message(issuer.device_id, token_hash), &proof).is_ok());
    if proven && issuer.is_certified_by(&app.identity.signing_key.verifying_key()) {
        Ok(key)
    } else {
        Err(Failure::told(
            StatusCode::UNAUTHORIZED,
            ErrorCode::UnknownDevice,
            "this server never certified that device, or the proof is not its own",
        ))
    }
}
