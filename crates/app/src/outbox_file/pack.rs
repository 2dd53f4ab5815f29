//! Packs what a device recorded for its server.

use beadsbox_domain::Timestamp;
use beadsbox_protocol::export::{
    Manifest, Part, Summary, digest,
    seal::{self, Place},
    write,
};
use beadsbox_store::{BatchLimit, Store};
use ed25519_dalek::{SigningKey, VerifyingKey};

use crate::{
    error::{AppError, AppResult, ErrorCode},
    host::Host,
    recovery,
    replica::signed,
};

/// A file of operations.
pub(crate) struct Packed {
    pub(crate) manifest: Manifest,
    pub(crate) bytes: Vec<u8>,
}

/// Everything from the first operation on that waits, or from the very first one. Nothing in the files changes by it.
pub(crate) fn pack(host: &Host, store: &Store, key: &SigningKey, everything: bool) -> AppResult<Packed> {
    let nothing = || AppError::new(ErrorCode::NothingWaits, "every operation is on the server");
    let first_seq = if everything {
        1
    } else {
        store.pending_batch(0, BatchLimit { operations: 1, bytes: 1 })?.ok_or_else(nothing)?.first_seq
    };
    let (manifest, parts) = Packing::begin(host, store, key)?.all(first_seq)?.ok_or_else(nothing)?;
    let bytes = write(&manifest, key, &parts)?;
    Ok(Packed { manifest, bytes })
}

/// The name of a file: a person who finds it knows whose it is.
pub(crate) fn name(manifest: &Manifest) -> String {
    let plain = |text: &str| -> String {
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        words.join("-").chars().take(40).collect()
    };
    let at = manifest.exported_at.strftime("%Y%m%d-%H%M%S");
    format!("{}-{}-{}-{at}", plain(&manifest.issuer.name), manifest.first_seq, manifest.last_seq)
}

struct Packing<'a> {
    host: &'a Host,
    store: &'a Store,
    key: &'a SigningKey,
    server: VerifyingKey,
    now: Timestamp,
}

impl<'a> Packing<'a> {
    fn begin(host: &'a Host, store: &'a Store, key: &'a SigningKey) -> AppResult<Self> {
        let enrolment = store.enrolment()?.ok_or_else(|| AppError::internal("not enrolled"))?;
        let server = VerifyingKey::from_bytes(&enrolment.server_public_key).map_err(AppError::internal)?;
        Ok(Self { host, store, key, server, now: host.clock.now() })
    }

    /// The manifest and the sealed parts; none where there is no such operation.
    fn all(&self, first_seq: u64) -> AppResult<Option<(Manifest, Vec<Vec<u8>>)>> {
        let Some((hash_before, first)) = self.store.batch_from(first_seq, BatchLimit::default())? else { return Ok(None) };
        let issuer = recovery::issuer(self.store)?.ok_or_else(|| AppError::internal("these files do not say for what the device was certified"))?;
        let mut manifest = Manifest {
            issuer,
            server_public_key: hex::encode(self.server.as_bytes()),
            epoch: first.epoch,
            incarnation: first.incarnation,
            first_seq,
            last_seq: first.last_seq,
            hash_before,
            tip: first.tip,
            exported_at: self.now,
            summary: Summary::default(),
            parts: Vec::new(),
        };
        let (mut sealed, mut next) = (Vec::new(), Some((hash_before, first)));
        while let Some((before, batch)) = next {
            // A copy was met meanwhile: the device goes on as another life, and what was packed is of the one before.
            if batch.incarnation != manifest.incarnation || (!sealed.is_empty() && before != manifest.tip) {
                return Err(AppError::new(ErrorCode::ChangedMeanwhile, "the device began another life meanwhile"));
            }
            (manifest.last_seq, manifest.tip) = (batch.last_seq, batch.tip);
            batch.bodies.iter().try_for_each(|body| manifest.summary.count(body)).map_err(AppError::internal)?;
            manifest.summary.buyers += batch.persons.len() as u64;
            let (first_seq, operations) = (batch.first_seq, batch.bodies.len() as u64);
            let place = Place { device: batch.device, incarnation: batch.incarnation, first_seq };
            let part = seal::seal(&self.server, place, &signed(batch, self.key, self.now), self.host.random_bytes()).map_err(AppError::internal)?;
            manifest.parts.push(Part { first_seq, operations, bytes: part.len() as u64, sha256: digest(&part) });
            sealed.push(part);
            next = self.store.batch_from(manifest.last_seq + 1, BatchLimit::default())?;
        }
        Ok(Some((manifest, sealed)))
    }
}
