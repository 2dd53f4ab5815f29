//! Follows a device's chain: what came before, what is new, and whether it is still the same chain.

use axum::http::StatusCode;
use beadsbox_protocol::{ChainHash, ErrorCode};
use sqlx::PgConnection;

use super::batch::{Batch, bad_signature};
use crate::{
    db::{device::Device, operation},
    error::Failure,
};

/// How many operations at the batch's front the server holds already, and the hash after each operation of the batch.
pub(super) async fn follow(conn: &mut PgConnection, device: &Device, batch: &Batch) -> Result<(usize, Vec<ChainHash>), Failure> {
    let expected = device.last_seq + 1;
    if batch.first_seq() > expected {
        return Err(Failure::told(StatusCode::CONFLICT, ErrorCode::SequenceGap, "operations before these are missing")
            .with(|problem| problem.expected_seq = Some(expected)));
    }
    let (before, held) = if batch.first_seq() == expected {
        (device.chain_hash, Vec::new())
    } else {
        held_part(conn, device, batch).await?
    };
    let mut hash = before;
    let hashes: Vec<ChainHash> = batch
        .ops()
        .iter()
        .map(|arrived| {
            hash = hash.then(&arrived.body);
            hash
        })
        .collect();
    if hashes.iter().zip(&held).any(|(sent, held)| sent != held) {
        return Err(forked("an operation differs from the one that the server took under that number"));
    }
    if hashes.last() != Some(&batch.tip()) {
        return Err(bad_signature("the operations do not lead to the tip"));
    }
    Ok((held.len(), hashes))
}

/// The hash before the batch, and those of its operations that the server holds already.
async fn held_part(conn: &mut PgConnection, device: &Device, batch: &Batch) -> Result<(ChainHash, Vec<ChainHash>), Failure> {
    let until = batch.last_seq().min(device.last_seq);
    let mut held = operation::hashes(conn, device.id, device.incarnation, batch.first_seq() - 1, until).await?;
    let before = if batch.first_seq() == 1 {
        ChainHash::of_enrolment(device.id, device.incarnation, &device.verifying_key()?)
    } else {
        held.remove(0)
    };
    Ok((before, held))
}

pub(super) fn forked(detail: &str) -> Failure {
    Failure::told(StatusCode::CONFLICT, ErrorCode::ChainForked, "a copy of this device is about").with(|problem| problem.detail = Some(detail.to_owned()))
}
