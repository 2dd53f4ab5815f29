//! Follows the chain of a device's life: what came before, what is new, and whether it is still the same chain.

use axum::http::StatusCode;
use beadsbox_authority::lives::{self, Discord, Life};
use beadsbox_domain::DeviceId;
use beadsbox_protocol::{ChainHash, ErrorCode};
use sqlx::PgConnection;

use super::batch::{Batch, bad_signature};
use crate::{db::operation, error::Failure};

/// How many operations at the batch's front the server holds already, and the hash after each operation of the batch. `lineage`: the
/// life, and those before it as far as the batch's operations are theirs.
pub(super) async fn follow(conn: &mut PgConnection, device: DeviceId, lineage: &[Life], batch: &Batch) -> Result<(usize, Vec<ChainHash>), Failure> {
    let life = lineage.first().ok_or_else(unknown_life)?;
    life.admits(batch.first_seq()).map_err(told)?;
    let (before, held) = if batch.first_seq() == life.last_seq + 1 {
        (life.chain_hash, Vec::new())
    } else {
        let held = operation::hashes(conn, device, &lives::spans(lineage, batch.first_seq(), batch.last_seq())).await?;
        (hash_after(conn, device, lineage, batch.first_seq() - 1).await?, held)
    };
    let bodies = batch.ops().iter().map(|arrived| arrived.body.as_str());
    let hashes = lives::follow(batch.first_seq(), bodies, (before, &held), batch.tip()).map_err(told)?;
    Ok((held.len(), hashes))
}

/// The chain's hash after that operation, along that lineage.
pub(super) async fn hash_after(conn: &mut PgConnection, device: DeviceId, lineage: &[Life], dev_seq: u64) -> Result<ChainHash, Failure> {
    let missing = || Failure::Defect(format!("operation {dev_seq} of {device} is missing"));
    let life = lives::holder(lineage, dev_seq).ok_or_else(missing)?;
    if dev_seq == life.parted_after {
        return Ok(life.parted_hash);
    }
    let found = operation::hashes(conn, device, &[(life.incarnation, dev_seq, dev_seq)]).await?;
    found.first().copied().ok_or_else(missing)
}

fn told(discord: Discord) -> Failure {
    match discord {
        Discord::Gap(expected) => gap(expected, "operations before these are missing"),
        Discord::Forked(first) => forked(first, "an operation differs from the one that the server took under that number"),
        Discord::Tip => bad_signature("the operations do not lead to the tip"),
    }
}

fn gap(expected_seq: u64, detail: &str) -> Failure {
    Failure::told(StatusCode::CONFLICT, ErrorCode::SequenceGap, "not the operations that come next")
        .with(|problem| (problem.expected_seq, problem.detail) = (Some(expected_seq), Some(detail.to_owned())))
}

/// `first` is the first operation that differs.
pub(super) fn forked(first: u64, detail: &str) -> Failure {
    Failure::told(StatusCode::CONFLICT, ErrorCode::ChainForked, "a copy of this device is about")
        .with(|problem| (problem.expected_seq, problem.detail) = (Some(first), Some(detail.to_owned())))
}

/// A life that the server does not know, or no longer since a restore: it may part from the enrolment as a new one.
pub(crate) fn unknown_life() -> Failure {
    forked(1, "the server knows no such life of this device")
}
