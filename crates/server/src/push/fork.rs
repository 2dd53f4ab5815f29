//! A copy of a device goes on as a life of its own.

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_authority::lives;
use beadsbox_protocol::{
    ChainHash, ErrorCode, Incarnation,
    fork::{self, ForkRequest},
};

use super::{
    batch::bad_signature,
    chain::{hash_after, unknown_life},
};
use crate::{
    db::{self, device::Device},
    error::Failure,
    state::App,
};

/// `POST /v1/devices/incarnations`: the life in which the fork goes on, in quarantine. The same one where it asks again.
pub(crate) async fn fork(app: &App, device: &Device, request: &ForkRequest) -> Result<Incarnation, Failure> {
    let fork_hash = checked(device, request)?;
    let after = request.fork_seq.checked_sub(1).filter(|after| i64::try_from(*after).is_ok());
    let after = after.ok_or_else(|| Failure::malformed("fork_seq counts from 1"))?;
    let mut tx = db::begin(&app.pool).await?;
    app.check_home(&mut tx).await?;
    let device = db::device::lock(&mut tx, device.id).await?.ok_or_else(|| Failure::not_found("device"))?;
    super::check_state(&device)?;
    let newest = db::life::newest(&mut tx, device.id).await?;
    let named = db::life::find(&mut tx, device.id, request.incarnation).await?;
    let is_known = named.is_some();
    let named = match named {
        Some(life) => life,
        // A restore lost that life: everything that it did comes again, from the enrolment on.
        None if after == 0 => db::life::find(&mut tx, device.id, lives::FIRST).await?.ok_or_else(unknown_life)?,
        None => return Err(unknown_life()),
    };
    let lineage = db::life::lineage(&mut tx, device.id, named, after).await?;
    let from = lives::holder(&lineage, after).ok_or_else(|| Failure::malformed("the life that was named holds no such operation"))?;
    let mut known = db::life::find_fork(&mut tx, device.id, from.incarnation, after, fork_hash).await?;
    if known.is_none() && is_known && after < from.last_seq && hash_after(&mut tx, device.id, std::slice::from_ref(from), after + 1).await? == fork_hash {
        return Err(Failure::malformed("that operation does not differ"));
    }
    let mut from = from.clone();
    while let Some(life) = known {
        if life > request.incarnation {
            return Ok(life);
        }
        // Another copy began it anew, after a restore that lost both: this one, whose operations name later lives, parts from it.
        from = db::life::find(&mut tx, device.id, life).await?.ok_or_else(unknown_life)?;
        known = db::life::find_fork(&mut tx, device.id, life, after, fork_hash).await?;
    }
    let Some(next) = lives::next_number(newest, request.incarnation) else {
        return Err(Failure::told(StatusCode::CONFLICT, ErrorCode::TooManyForks, "this device has had too many lives"));
    };
    let shared = hash_after(&mut tx, device.id, std::slice::from_ref(&from), after).await?;
    db::life::insert_fork(&mut tx, device.id, &from.parted(next, after, shared), fork_hash).await?;
    tx.commit().await?;
    tracing::warn!(device = %device.id, incarnation = next, fork_seq = request.fork_seq, "a copy of a device goes on in quarantine");
    Ok(next)
}

/// The hash that the device signed.
fn checked(device: &Device, request: &ForkRequest) -> Result<ChainHash, Failure> {
    if request.device_id != device.id {
        return Err(Failure::forbidden("the life is another device's"));
    }
    let hash = ChainHash::try_from(request.fork_hash.clone()).map_err(|_| Failure::malformed("fork_hash is 64 hexadecimal digits"))?;
    let signature = BASE64.decode(&request.signature).map_err(|_| Failure::malformed("signature is base64"))?;
    if fork::is_signed(&device.verifying_key()?, device.id, request.incarnation, request.fork_seq, hash, &signature) {
        Ok(hash)
    } else {
        Err(bad_signature("the fork is not signed by this device"))
    }
}
