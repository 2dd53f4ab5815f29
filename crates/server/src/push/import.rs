//! What a till saved to a file, because it will not be online again: an admin brings it, part by part, and it is taken as a push is.

use std::time::SystemTime;

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_authority::RIGHT_CLOCK;
use beadsbox_domain::{Outcome, StaffId, Timestamp};
use beadsbox_protocol::{
    ChainHash, ErrorCode,
    export::{
        ExportError, ImportRequest, ImportResponse, Manifest, digest,
        seal::{self, Place, SealError},
    },
    push::OpResult,
};
use ed25519_dalek::VerifyingKey;

use super::{Batch, TRIES, Taken, alone::take_brought, batch::not_signed, chain::unknown_life, traced};
use crate::{
    db::{self, outbox_import},
    error::Failure,
    organisation,
    state::App,
};

/// A part whose seal, signatures and certificate hold.
struct Brought {
    manifest: Manifest,
    key: VerifyingKey,
    sha256: ChainHash,
    batch: Batch,
    /// No later than now: what its operations say of their own clock counts.
    clock_right: bool,
}

/// `POST /v1/admin/outbox-imports`.
pub(crate) async fn import(app: &App, admin: StaffId, request: &ImportRequest) -> Result<ImportResponse, Failure> {
    let (now, began) = (app.clock.now(), SystemTime::now());
    let brought = Brought::open(app, request, now)?;
    let mut attempt = 1;
    let (response, taken) = loop {
        match import_once(app, admin, &brought, now).await {
            Err(failure) if failure.is_transient() && attempt < TRIES => attempt += 1,
            other => break other?,
        }
    };
    let Brought { manifest, batch, .. } = &brought;
    tracing::info!(%admin, device = %manifest.issuer.device_id, first = batch.first_seq(), last = batch.last_seq(), new = response.new, "took in a part of a file");
    traced::tell(app, manifest.issuer.device_id, &taken.new_of(batch), taken.new_results(), began).await;
    app.feed.settle().await;
    Ok(response)
}

async fn import_once(app: &App, admin: StaffId, brought: &Brought, now: Timestamp) -> Result<(ImportResponse, Taken), Failure> {
    let Brought { manifest, key, batch, .. } = brought;
    let mut tx = db::begin(&app.pool).await?;
    app.check_home(&mut tx).await?;
    let (device, recognised) = organisation::device_of_file(&mut tx, &manifest.issuer, key).await?;
    let life = db::life::find(&mut tx, device.id, manifest.incarnation).await?.ok_or_else(unknown_life)?;
    // Whatever the epoch: what was decided before a restore comes with its receipts.
    let taken = take_brought(&mut tx, app, &device, life, batch, (now, brought.clock_right)).await?;
    let mut response = ImportResponse { recognised, ..count(&taken) };
    let note = outbox_import::New {
        sha256: brought.sha256,
        device: device.id,
        incarnation: manifest.incarnation,
        first_seq: batch.first_seq(),
        last_seq: batch.last_seq(),
        fresh: response.new,
        staff: admin,
        taken_at: now,
    };
    response.taken_in_before = outbox_import::note(&mut tx, &note).await?;
    db::device::note_brought(&mut tx, device.id, response.new).await?;
    tx.commit().await?;
    Ok((response, taken))
}

fn count(taken: &Taken) -> ImportResponse {
    let new = taken.new_results();
    let of = |is: fn(&OpResult) -> bool| new.iter().filter(|result| is(result)).count() as u64;
    ImportResponse {
        known: taken.held as u64,
        new: new.len() as u64,
        applied: of(|result| matches!(result.result, Some(Outcome::Applied))),
        conflicts: of(|result| matches!(result.result, Some(Outcome::Conflict { .. }))),
        rejected: of(|result| matches!(result.result, Some(Outcome::Rejected { .. }))),
        open: of(|result| result.result.is_none()),
        quarantined: taken.quarantined && !new.is_empty(),
        ..ImportResponse::default()
    }
}

impl Brought {
    /// Checks everything that the database need not be asked for.
    fn open(app: &App, request: &ImportRequest, now: Timestamp) -> Result<Self, Failure> {
        let signature = BASE64.decode(&request.signature).map_err(|_| Failure::malformed("signature is base64"))?;
        let sealed = BASE64.decode(&request.sealed).map_err(|_| Failure::malformed("sealed is base64"))?;
        let manifest = Manifest::read(&request.manifest, &signature).map_err(|error| altered(&error))?;
        manifest.is_for(&app.identity.signing_key.verifying_key()).map_err(|error| altered(&error))?;
        let key = manifest.issuer.key().ok_or_else(|| altered(&ExportError::OtherServer))?;
        let number = usize::try_from(request.part).unwrap_or(usize::MAX);
        let part = manifest.parts.get(number).ok_or_else(|| Failure::malformed("the file has no such part"))?;
        if digest(&sealed) != part.sha256 {
            return Err(altered(&ExportError::Altered("the part is not what the table of contents says")));
        }
        let place = Place { device: manifest.issuer.device_id, incarnation: manifest.incarnation, first_seq: part.first_seq };
        let push = seal::open(&app.identity.signing_key, place, &sealed).map_err(|error| unopened(&error))?;
        if !manifest.holds(number, &push) {
            return Err(altered(&ExportError::Altered("what was sealed is not what the table of contents says")));
        }
        let sha256 = part.sha256;
        let clock_right = push.device_time.duration_since(now) <= RIGHT_CLOCK;
        let batch = Batch::read(push, now)?;
        if !batch.is_signed(&key, manifest.issuer.device_id, manifest.incarnation) {
            return Err(not_signed());
        }
        Ok(Self { manifest, key, sha256, batch, clock_right })
    }
}

fn altered(error: &ExportError) -> Failure {
    Failure::told(StatusCode::BAD_REQUEST, ErrorCode::BadSignature, "the file is not a device's of this server as it came")
        .with(|problem| problem.detail = Some(error.to_string()))
}

fn unopened(error: &SealError) -> Failure {
    Failure::told(StatusCode::BAD_REQUEST, ErrorCode::BadSignature, "the file does not open").with(|problem| problem.detail = Some(error.to_string()))
}
