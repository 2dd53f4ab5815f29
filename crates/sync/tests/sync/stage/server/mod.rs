//! The server: its lives of the device, its feed, and what it refuses.

mod lives;
mod whole;
mod wire;

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use beadsbox_domain::{Outcome, Timestamp};
use beadsbox_protocol::{
    ErrorCode, Incarnation, Problem,
    pull::{ChangesPage, ChangesQuery, Cursor},
    push::{OpResult, PushRequest, PushResponse},
};
use beadsbox_sync::TransportError;
use tokio::sync::Notify;
use uuid::Uuid;

pub use whole::{CHUNKS, HEAD, Whole, chunk, manifest};
pub use wire::Wire;

use super::{epoch, op_of};

/// Rows in a page.
const PAGE: u64 = 10;

/// What the next request meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Unreachable,
    /// The server does it, and its reply is lost.
    ReplyLost,
    Refuse(ErrorCode),
    /// Of a chunk so many bytes come.
    Cut(usize),
}

#[expect(clippy::struct_excessive_bools, reason = "each is a trouble of its own")]
pub struct ServerState {
    pub epoch: u128,
    /// The words of each life, from the enrolment on.
    pub lives: BTreeMap<Incarnation, Vec<String>>,
    /// Where each later life parted from the one before.
    parted: BTreeMap<Incarnation, usize>,
    /// The last place of the feed.
    pub head: u64,
    pub known: bool,
    pub forgets_at_once: bool,
    pub revoked: bool,
    /// Its receipts are another's.
    pub forges: bool,
    pub certificates: usize,
    pub pushes: usize,
    /// How long the server is at it.
    pub push_takes: Duration,
    /// A push is there that is not answered.
    pushing: bool,
    pub pulls: usize,
    pub receipts_shown: Vec<u64>,
    /// The last one is met first.
    pub push_faults: Vec<Fault>,
    pub pull_faults: Vec<Fault>,
    pub fork_faults: Vec<Fault>,
    pub recognise_faults: Vec<Fault>,
    /// Snapshots and digests.
    pub whole: Whole,
}

impl Default for ServerState {
    fn default() -> Self {
        Self {
            epoch: 1,
            lives: BTreeMap::from([(1, Vec::new())]),
            parted: BTreeMap::new(),
            head: 0,
            known: true,
            forgets_at_once: false,
            revoked: false,
            forges: false,
            certificates: 0,
            pushes: 0,
            push_takes: Duration::ZERO,
            pushing: false,
            pulls: 0,
            receipts_shown: Vec::new(),
            push_faults: Vec::new(),
            pull_faults: Vec::new(),
            fork_faults: Vec::new(),
            recognise_faults: Vec::new(),
            whole: Whole::default(),
        }
    }
}

impl ServerState {
    pub fn life(&mut self, incarnation: Incarnation) -> &mut Vec<String> {
        self.lives.get_mut(&incarnation).unwrap()
    }

    /// Restored from a backup that holds so many operations of the first life.
    pub fn rewind(&mut self, operations: usize) {
        self.lose(operations);
        self.epoch += 1;
    }

    /// As after a restore that nobody noticed.
    pub fn lose(&mut self, operations: usize) {
        self.life(1).truncate(operations);
    }

    fn check(&self, of: Uuid, incarnation: Incarnation) -> Result<&Vec<String>, TransportError> {
        if !self.known {
            return Err(refused(ErrorCode::UnknownDevice, None));
        }
        let life = self.lives.get(&incarnation);
        if of != epoch(self.epoch) {
            let mut problem = Problem::new(409, ErrorCode::EpochChanged, "restored");
            (problem.epoch, problem.expected_seq) = (Some(epoch(self.epoch)), Some(life.map_or(1, |life| life.len() as u64 + 1)));
            return Err(TransportError::Refused(Box::new(problem)));
        }
        life.ok_or_else(|| refused(ErrorCode::ChainForked, Some(1)))
    }

    fn quarantines(&self, incarnation: Incarnation) -> bool {
        self.revoked || incarnation > 1
    }

    fn result(&self, incarnation: Incarnation, dev_seq: u64) -> OpResult {
        let open = self.quarantines(incarnation) && usize::try_from(dev_seq).unwrap() > self.parted.get(&incarnation).copied().unwrap_or(0);
        let receipt = if self.forges { "forged" } else { "genuine" };
        OpResult {
            dev_seq,
            op_id: self.lives[&incarnation].get(usize::try_from(dev_seq).unwrap() - 1).map(|word| op_of(word)),
            result: (!open).then_some(Outcome::Applied),
            row_version: None,
            commit_no: dev_seq,
            receipt: receipt.to_owned(),
            hash: None,
        }
    }

    fn push(&mut self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        self.check(request.epoch, request.incarnation)?;
        let first = usize::try_from(request.first_seq).unwrap() - 1;
        let life = self.lives.get_mut(&request.incarnation).unwrap();
        if first > life.len() {
            return Err(refused(ErrorCode::SequenceGap, Some(life.len() as u64 + 1)));
        }
        for (place, word) in (first..).zip(&request.ops) {
            match life.get(place) {
                Some(held) if held != word => return Err(refused(ErrorCode::ChainForked, Some(place as u64 + 1))),
                Some(_) => {}
                None => {
                    life.push(word.clone());
                    self.head += 1;
                }
            }
        }
        let last_seq = life.len() as u64;
        self.receipts_shown.extend(request.receipts.iter().map(|kept| kept.dev_seq));
        let results = (request.first_seq..).take(request.ops.len()).map(|seq| self.result(request.incarnation, seq)).collect();
        let quarantined = self.quarantines(request.incarnation);
        Ok(PushResponse { epoch: request.epoch, last_seq, results, quarantined, server_time: Timestamp::UNIX_EPOCH })
    }

    fn page(&self, query: &ChangesQuery) -> Result<ChangesPage, TransportError> {
        let last_seq = self.check(query.epoch, query.incarnation)?.len() as u64;
        if self.revoked {
            return Err(refused(ErrorCode::DeviceRevoked, None));
        }
        let own = (query.acked + 1..=last_seq).map(|seq| self.result(query.incarnation, seq));
        Ok(ChangesPage {
            epoch: query.epoch,
            from: Cursor { seq: query.cursor, tag: query.tag.clone() },
            to: Cursor { seq: self.head.min(query.cursor + PAGE), tag: "t".into() },
            head: self.head,
            last_seq,
            own_results: own.filter(|result| result.result.is_some()).collect(),
            rows: vec![],
            server_time: Timestamp::UNIX_EPOCH,
        })
    }
}

#[derive(Default)]
pub struct FakeServer {
    state: Mutex<ServerState>,
    /// Something came into the feed.
    news: Notify,
}

impl FakeServer {
    pub fn with<T>(&self, look: impl FnOnce(&mut ServerState) -> T) -> T {
        look(&mut self.state.lock().unwrap())
    }
}

fn refused(code: ErrorCode, expected_seq: Option<u64>) -> TransportError {
    let mut problem = Problem::new(409, code, "no");
    problem.expected_seq = expected_seq;
    TransportError::Refused(Box::new(problem))
}

/// The fault that a request meets before the server sees it, or whether its reply is to be lost.
fn meet(fault: Option<Fault>) -> Result<bool, TransportError> {
    match fault {
        Some(Fault::Unreachable) => Err(lost()),
        Some(Fault::Refuse(code)) => Err(refused(code, None)),
        Some(Fault::ReplyLost) => Ok(true),
        Some(Fault::Cut(_)) | None => Ok(false),
    }
}

fn lost() -> TransportError {
    TransportError::Unreachable("cut".to_owned())
}
