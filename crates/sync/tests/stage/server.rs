//! The server.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use beadsbox_domain::{Outcome, Timestamp};
use beadsbox_protocol::{
    ErrorCode, Incarnation, Problem,
    digest::{DigestAnswer, DigestQuery, RangeQuery, RangeRows},
    enrol::{RecogniseRequest, RecogniseResponse},
    fork::{ForkRequest, ForkResponse, OwnOperation, OwnOperations, OwnOperationsQuery},
    pull::{ChangesPage, ChangesQuery, Cursor},
    push::{OpResult, PushRequest, PushResponse},
    snapshot::SnapshotAnswer,
};
use beadsbox_sync::{Transport, TransportError};
use uuid::Uuid;

use super::epoch;

/// What the next request meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Unreachable,
    /// The server does it, and its reply is lost.
    ReplyLost,
    Refuse(ErrorCode),
}

#[expect(clippy::struct_excessive_bools, reason = "each is a trouble of its own")]
pub struct ServerState {
    pub epoch: u128,
    /// The words of each life, from the enrolment on.
    pub lives: BTreeMap<Incarnation, Vec<String>>,
    /// Where each later life parted from the one before.
    parted: BTreeMap<Incarnation, usize>,
    pub known: bool,
    pub forgets_at_once: bool,
    pub revoked: bool,
    /// Its receipts are another's.
    pub forges: bool,
    pub certificates: usize,
    pub pulls: usize,
    pub receipts_shown: Vec<u64>,
    pub push_faults: Vec<Fault>,
    pub fork_faults: Vec<Fault>,
    pub recognise_faults: Vec<Fault>,
}

impl Default for ServerState {
    fn default() -> Self {
        Self {
            epoch: 1,
            lives: BTreeMap::from([(1, Vec::new())]),
            parted: BTreeMap::new(),
            known: true,
            forgets_at_once: false,
            revoked: false,
            forges: false,
            certificates: 0,
            pulls: 0,
            receipts_shown: Vec::new(),
            push_faults: Vec::new(),
            fork_faults: Vec::new(),
            recognise_faults: Vec::new(),
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
        OpResult { dev_seq, op_id: None, result: (!open).then_some(Outcome::Applied), row_version: None, commit_no: dev_seq, receipt: receipt.to_owned() }
    }
}

#[derive(Default)]
pub struct FakeServer(Mutex<ServerState>);

impl FakeServer {
    pub fn with<T>(&self, look: impl FnOnce(&mut ServerState) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }
}

fn refused(code: ErrorCode, expected_seq: Option<u64>) -> TransportError {
    let mut problem = Problem::new(409, code, "no");
    problem.expected_seq = expected_seq;
    TransportError::Refused(Box::new(problem))
}

/// The fault that the request meets before the server sees it, or whether its reply is to be lost.
fn meet(fault: Option<Fault>) -> Result<bool, TransportError> {
    match fault {
        Some(Fault::Unreachable) => Err(lost()),
        Some(Fault::Refuse(code)) => Err(refused(code, None)),
        Some(Fault::ReplyLost) => Ok(true),
        None => Ok(false),
    }
}

fn lost() -> TransportError {
    TransportError::Unreachable("cut".to_owned())
}

#[derive(Clone)]
pub struct Wire(pub Arc<FakeServer>);

#[async_trait]
impl Transport for Wire {
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        self.0.with(|server| {
            meet(server.push_faults.pop())?;
            server.check(request.epoch, request.incarnation)?;
            let first = usize::try_from(request.first_seq).unwrap() - 1;
            let life = server.life(request.incarnation);
            if first > life.len() {
                return Err(refused(ErrorCode::SequenceGap, Some(life.len() as u64 + 1)));
            }
            for (place, word) in (first..).zip(&request.ops) {
                match life.get(place) {
                    Some(held) if held != word => return Err(refused(ErrorCode::ChainForked, Some(place as u64 + 1))),
                    Some(_) => {}
                    None => life.push(word.clone()),
                }
            }
            let last_seq = life.len() as u64;
            server.receipts_shown.extend(request.receipts.iter().map(|kept| kept.dev_seq));
            let results = (request.first_seq..).take(request.ops.len()).map(|seq| server.result(request.incarnation, seq)).collect();
            let quarantined = server.quarantines(request.incarnation);
            Ok(PushResponse { epoch: request.epoch, last_seq, results, quarantined, server_time: Timestamp::UNIX_EPOCH })
        })
    }

    async fn changes(&self, query: &ChangesQuery) -> Result<ChangesPage, TransportError> {
        let page = self.0.with(|server| {
            server.pulls += 1;
            let life = server.check(query.epoch, query.incarnation)?;
            if server.revoked {
                return Err(refused(ErrorCode::DeviceRevoked, None));
            }
            let last_seq = life.len() as u64;
            let own = (query.acked + 1..=last_seq).map(|seq| server.result(query.incarnation, seq));
            Ok(ChangesPage {
                epoch: query.epoch,
                from: Cursor { seq: query.cursor, tag: query.tag.clone() },
                to: Cursor { seq: query.cursor, tag: query.tag.clone() },
                head: query.cursor,
                last_seq,
                own_results: own.filter(|result| result.result.is_some()).collect(),
                rows: vec![],
                server_time: Timestamp::UNIX_EPOCH,
            })
        })?;
        tokio::time::sleep(Duration::from_secs(u64::from(query.wait))).await;
        Ok(page)
    }

    async fn snapshot(&self) -> Result<SnapshotAnswer, TransportError> {
        Ok(SnapshotAnswer::NotNeeded)
    }

    async fn snapshot_chunk(&self, _: Uuid, _: usize, _: u64) -> Result<Vec<u8>, TransportError> {
        Err(refused(ErrorCode::SnapshotGone, None))
    }

    async fn digest(&self, _: &DigestQuery) -> Result<DigestAnswer, TransportError> {
        Ok(DigestAnswer::OtherFormat)
    }

    async fn range(&self, _: &RangeQuery) -> Result<RangeRows, TransportError> {
        Err(refused(ErrorCode::NotFound, None))
    }

    async fn own_operations(&self, query: &OwnOperationsQuery) -> Result<OwnOperations, TransportError> {
        self.0.with(|server| {
            let words = server.lives.get(&query.incarnation).ok_or_else(|| refused(ErrorCode::ChainForked, Some(1)))?;
            let after = usize::try_from(query.after).unwrap();
            let given = (query.after + 1..).zip(words.iter().skip(after)).take(query.limit as usize);
            let operations = given.map(|(seq, word)| OwnOperation { body: word.clone(), result: server.result(query.incarnation, seq) });
            Ok(OwnOperations { operations: operations.collect() })
        })
    }

    async fn fork(&self, request: &ForkRequest) -> Result<ForkResponse, TransportError> {
        self.0.with(|server| {
            let reply_lost = meet(server.fork_faults.pop())?;
            let after = usize::try_from(request.fork_seq).unwrap() - 1;
            let is_known = server.lives.contains_key(&request.incarnation);
            let from = server.lives.get(&request.incarnation).or_else(|| server.lives.get(&1).filter(|_| after == 0));
            let from = from.filter(|life| after <= life.len()).ok_or_else(|| refused(ErrorCode::Malformed, None))?;
            let (shared, differs) = (from[..after].to_vec(), from.get(after).is_none_or(|word| !request.fork_hash.ends_with(word.as_str())));
            if is_known && !differs {
                return Err(refused(ErrorCode::Malformed, None));
            }
            let known = server.parted.iter().find(|(life, parted)| server.lives.contains_key(life) && **parted == after).map(|(life, _)| *life);
            let incarnation = known.unwrap_or_else(|| server.lives.keys().copied().max().unwrap_or(0).max(request.incarnation) + 1);
            server.lives.entry(incarnation).or_insert(shared);
            server.parted.insert(incarnation, after);
            if reply_lost { Err(lost()) } else { Ok(ForkResponse { incarnation }) }
        })
    }

    async fn recognise(&self, _: &RecogniseRequest) -> Result<RecogniseResponse, TransportError> {
        self.0.with(|server| {
            meet(server.recognise_faults.pop())?;
            server.certificates += 1;
            server.known = !server.forgets_at_once;
            Ok(RecogniseResponse { epoch: epoch(server.epoch) })
        })
    }
}
