//! Older copies of the file, and other lives, as `crates/store/src/outbox/{standing,taken_back,lives}.rs` have it.

use beadsbox_domain::{OpId, operation::Subject};
use beadsbox_protocol::{ChainHash, Incarnation, OperationBody, fork::OwnOperation};
use uuid::Uuid;

use super::{Outbox, State};

/// Where this device forked: at that operation of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fork {
    /// The life that it had.
    pub incarnation: Incarnation,
    /// The first operation that differs.
    pub seq: u64,
    /// The hash after it.
    pub hash: ChainHash,
}

impl Outbox {
    /// The server holds own operations of that life up to `last_seq`. Whether those that are not here can be taken back now.
    pub fn fall_behind(&mut self, life: Incarnation, last_seq: u64) -> bool {
        if self.incarnation != life {
            return false;
        }
        let behind = (self.rows.len() as u64) < last_seq;
        self.behind_until = behind.then_some(last_seq);
        behind && !self.rows.iter().any(|row| row.state == State::Waiting)
    }

    /// Appends own operations that are not here, with their outcomes: all of them or none.
    pub fn take_back(&mut self, epoch: Uuid, operations: &[OwnOperation]) -> Result<Vec<Subject>, u64> {
        let mut after = self.clone();
        let mut subjects = Vec::new();
        for operation in operations {
            let dev_seq = operation.result.dev_seq;
            if dev_seq < after.next_seq() {
                continue;
            }
            // What no store would have recorded has no body here either.
            let body = OperationBody::decode(&operation.body).ok().filter(|body| body.shop == self.shop && after.find(body.op).is_none());
            if dev_seq != after.next_seq() || body.as_ref().is_some_and(|body| body.dev_seq != dev_seq || body.device != self.device) {
                return Err(dev_seq);
            }
            subjects.extend(body.as_ref().map(|body| body.operation.subject()));
            let op = operation.result.op_id.unwrap_or(OpId(Uuid::nil()));
            let sold_to = body.as_ref().and_then(|body| body.operation.buyer()).zip(operation.person.clone());
            after.append(op, operation.body.clone(), body, sold_to);
            after.rows.iter_mut().skip(self.rows.len()).for_each(|row| row.taken_back = true);
        }
        let results: Vec<_> = operations.iter().map(|operation| operation.result.clone()).collect();
        after.take_results(epoch, &results, false)?;
        if after.behind_until.is_some_and(|until| until < after.next_seq()) {
            after.behind_until = None;
        }
        *self = after;
        Ok(subjects)
    }

    /// Where this device forked; none where it has no operation of that number.
    pub fn fork(&self, seq: u64) -> Option<Fork> {
        let row = self.rows.get(usize::try_from(seq).ok()?.checked_sub(1)?)?;
        Some(Fork { incarnation: self.incarnation, seq, hash: row.hash })
    }

    /// Goes on as another life: what comes from the fork on is sent again under it.
    pub fn adopt_life(&mut self, fork: Fork, incarnation: Incarnation) {
        if incarnation <= self.incarnation {
            return;
        }
        self.incarnation = incarnation;
        self.behind_until = None;
        for row in self.rows.iter_mut().filter(|row| row.dev_seq >= fork.seq) {
            row.state = State::Waiting;
            row.contained = None;
        }
    }
}
