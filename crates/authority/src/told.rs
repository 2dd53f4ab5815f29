//! What people were told of an operation, by the server's own receipt.

use beadsbox_domain::{Outcome, Timestamp};
use beadsbox_protocol::{ChainHash, OperationBody, push::KeptReceipt, receipt};
use ed25519_dalek::VerifyingKey;
use uuid::Uuid;

/// The server's word on an operation that it does not hold, from a receipt that is genuine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The epoch in which it was decided.
    pub epoch: Uuid,
    /// Its place in the order in which the server took operations.
    pub commit_no: i64,
    /// What was decided.
    pub outcome: Outcome,
}

impl Word {
    /// The word that the receipt gives on the operation of that hash; none where this server's key never signed it.
    /// `signature` are the receipt's bytes.
    pub fn of(kept: &KeptReceipt, signature: &[u8], hash: ChainHash, key: &VerifyingKey) -> Option<Self> {
        let genuine = receipt::is_genuine(key, kept.epoch, kept.commit_no, hash, &kept.outcome, signature);
        let commit_no = i64::try_from(kept.commit_no).ok().filter(|number| *number >= 1)?;
        genuine.then(|| Self { epoch: kept.epoch, commit_no, outcome: kept.outcome.clone() })
    }
}

/// An operation that was taken, with what people were told of it.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its place in the order in which the server took operations, over all epochs: see [`first_commit_no`].
    pub commit_no: i64,
    /// What was done.
    pub body: OperationBody,
    /// What was decided, and stays so.
    pub outcome: Outcome,
}

/// How many numbers an epoch has before it runs into those of an epoch that might have begun a second later, in bits.
const NUMBER_BITS: u32 = 31;

/// Where a new epoch begins to count, `last` being the last number that is known: beyond every number that the lost part of the
/// old one can have given. So an operation keeps its number when it comes back, and numbers alone give the order over all
/// epochs, also where an epoch was lost as a whole.
///
/// The upper bits are the second in which the epoch began; those of the first epoch are zero.
pub fn first_commit_no(last: i64, now: Timestamp) -> i64 {
    now.as_second().max(era(last) + 1) << NUMBER_BITS
}

/// Which epoch's server gave that number.
pub(crate) const fn era(commit_no: i64) -> i64 {
    commit_no >> NUMBER_BITS
}
