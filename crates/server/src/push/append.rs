//! Operations that this program makes itself: the same bodies, chain and signatures as a device's.

use beadsbox_authority::Identity;
use beadsbox_domain::{OpId, Operation, ShopId, StaffId, Timestamp};
use beadsbox_protocol::{OperationBody, body::format_of, chain::sign_tip, push::OpResult};
use ed25519_dalek::SigningKey;
use sqlx::PgConnection;

use super::{Arrived, Fresh, Persons, alone::take_batch, rules::Rules};
use crate::{
    db::{self, device::Device, operation},
    error::Failure,
};

/// An operation without its place in a chain.
pub(crate) struct Draft {
    pub op: OpId,
    pub at: Timestamp,
    pub staff: StaffId,
    /// Whose business it is; none for that of the shop in which the device stands.
    pub shop: Option<ShopId>,
    pub online: bool,
    pub operation: Operation,
}

/// Appends operations to the chain of a device whose row is locked, and takes them as received when they were made. The key
/// is the device's.
pub(crate) async fn append(
    conn: &mut PgConnection,
    identity: &Identity,
    device: &Device,
    key: &SigningKey,
    drafts: impl Iterator<Item = Draft>,
    persons: &Persons,
) -> Result<Vec<OpResult>, Failure> {
    let life = db::life::find(conn, device.id, beadsbox_authority::lives::FIRST)
        .await?
        .ok_or_else(|| Failure::Defect("a device has no life".to_owned()))?;
    let mut hash = life.chain_hash;
    let mut fresh = Vec::new();
    for (dev_seq, draft) in (life.last_seq + 1..).zip(drafts) {
        let body = OperationBody {
            format: format_of(&draft.operation),
            device: device.id,
            incarnation: life.incarnation,
            dev_seq,
            op: draft.op,
            at: draft.at,
            staff: draft.staff,
            shop: draft.shop.unwrap_or(device.shop),
            online: draft.online,
            clock_right: true,
            operation: draft.operation,
        };
        let text = body.encode().map_err(|error| Failure::Defect(format!("an operation of this program: {error}")))?;
        hash = hash.then(&text);
        fresh.push(Fresh { arrived: Arrived::new(dev_seq, text, draft.at), hash, word: None });
    }
    let Some(last) = fresh.last() else { return Ok(Vec::new()) };
    let rules = Rules::of(conn, identity, device.id, life.incarnation).await?;
    let scope = rules.scope(device.id, life.incarnation, identity, true)?;
    let results = take_batch(conn, &rules.zones, &scope, &fresh, persons).await?;
    let (dev_seq, at) = (last.arrived.dev_seq, last.arrived.received_at);
    let signature = sign_tip(key, device.id, life.incarnation, dev_seq, hash);
    operation::insert_tip(conn, device.id, life.incarnation, dev_seq, hash, &signature, at).await?;
    Ok(results)
}
