//! The lives of devices: where a copy parts, and what a device takes back of its own.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_authority::lives::{self, FIRST, Life};
use beadsbox_domain::DeviceId;
use beadsbox_protocol::{
    ChainHash, ErrorCode, Incarnation, OperationBody,
    fork::{self, ForkRequest, ForkResponse, OwnOperation, OwnOperations, OwnOperationsQuery},
};

use super::{
    Refused, Server, Stored, Tables,
    answer::open_result,
    refused,
    tables::{Kept, LifeRecord},
};
use crate::names::device_key;

/// An operation that the server holds.
#[derive(Clone, Copy)]
pub enum Held<'a> {
    /// It is decided.
    Decided(&'a Arc<Stored>),
    /// It waits for an admin.
    Waiting(&'a Kept),
}

impl Held<'_> {
    /// Its place in the device's order.
    pub fn dev_seq(&self) -> u64 {
        match self {
            Self::Decided(stored) => stored.dev_seq,
            Self::Waiting(kept) => kept.fresh.arrived.dev_seq,
        }
    }

    /// The chain's hash after it.
    pub fn hash(&self) -> ChainHash {
        match self {
            Self::Decided(stored) => stored.hash,
            Self::Waiting(kept) => kept.fresh.hash,
        }
    }

    /// The text, byte for byte.
    pub fn body(&self) -> &str {
        match self {
            Self::Decided(stored) => &stored.body,
            Self::Waiting(kept) => &kept.fresh.arrived.body,
        }
    }
}

impl Tables {
    /// That life.
    pub fn life(&self, device: DeviceId, incarnation: Incarnation) -> Option<&Life> {
        self.lives.get(&(device, incarnation)).map(|record| &record.life)
    }

    fn own_of(&self, device: DeviceId, incarnation: Incarnation, from: u64, until: u64) -> impl Iterator<Item = Held<'_>> {
        let begins = self.life(device, incarnation).map_or(0, |life| life.parted_after);
        let decided = self.operations.get(&(device, incarnation)).map_or(&[][..], Vec::as_slice);
        let waiting = self.quarantine.get(&(device, incarnation)).map_or(&[][..], Vec::as_slice);
        let skipped = usize::try_from(from.saturating_sub(begins + 1)).unwrap_or(usize::MAX);
        let held = decided.iter().map(Held::Decided).chain(waiting.iter().map(Held::Waiting));
        held.skip(skipped).take_while(move |held| held.dev_seq() <= until)
    }

    /// Every operation that the server holds along that life, from the enrolment on, after that one.
    pub fn along(&self, device: DeviceId, incarnation: Incarnation, after: u64) -> impl Iterator<Item = Held<'_>> {
        let spans = lives::spans(&self.lineage(device, incarnation, after), after + 1, u64::MAX);
        spans.into_iter().flat_map(move |(incarnation, from, until)| self.own_of(device, incarnation, from, until))
    }

    /// That life, the one from which it parted, and so on, as far as the operations after that one are theirs.
    fn lineage(&self, device: DeviceId, incarnation: Incarnation, after: u64) -> Vec<Life> {
        let mut lineage: Vec<Life> = self.life(device, incarnation).cloned().into_iter().collect();
        while let Some(from) = lineage.last().and_then(|life| life.parted_from.filter(|_| after < life.parted_after)) {
            let Some(parent) = self.life(device, from) else { break };
            lineage.push(parent.clone());
        }
        lineage
    }

    /// The chain's hash after that operation, along that life.
    pub(super) fn hash_after(&self, device: DeviceId, incarnation: Incarnation, dev_seq: u64) -> Option<ChainHash> {
        let lineage = self.lineage(device, incarnation, dev_seq);
        let life = lives::holder(&lineage, dev_seq)?;
        if dev_seq == life.parted_after {
            return Some(life.parted_hash);
        }
        self.own_of(device, life.incarnation, dev_seq, dev_seq).next().map(|held| held.hash())
    }

    pub(super) fn advance(&mut self, device: DeviceId, incarnation: Incarnation, last_seq: u64, hash: ChainHash) {
        if let Some(record) = self.lives.get_mut(&(device, incarnation)) {
            (record.life.last_seq, record.life.chain_hash) = (last_seq, hash);
        }
    }

    fn find_fork(&self, device: DeviceId, from: Incarnation, after: u64, fork_hash: ChainHash) -> Option<Incarnation> {
        let lives = self.lives.range((device, 0)..=(device, Incarnation::MAX));
        let found = lives
            .map(|(_, record)| record)
            .find(|record| record.life.parted_from == Some(from) && record.life.parted_after == after && record.fork_hash == Some(fork_hash));
        found.map(|record| record.life.incarnation)
    }

    fn newest(&self, device: DeviceId) -> Incarnation {
        self.lives.range((device, 0)..=(device, Incarnation::MAX)).next_back().map_or(0, |((_, incarnation), _)| *incarnation)
    }
}

pub(super) fn unknown_life() -> Refused {
    let mut problem = refused(409, ErrorCode::ChainForked, "the server knows no such life of this device");
    problem.expected_seq = Some(1);
    problem
}

fn malformed(title: &str) -> Refused {
    refused(400, ErrorCode::Malformed, title)
}

impl Server {
    /// `POST /v1/devices/incarnations`: the life in which a copy goes on.
    pub fn fork(&mut self, device: DeviceId, request: &ForkRequest) -> Result<ForkResponse, Refused> {
        self.authenticated(device)?;
        let fork_hash = signed_hash(request)?;
        let after = request.fork_seq.checked_sub(1).ok_or_else(|| malformed("fork_seq counts from 1"))?;
        let named = self.tables.life(device, request.incarnation).map(|life| life.incarnation);
        let lineage = match named {
            Some(life) => self.tables.lineage(device, life, after),
            None if after == 0 => self.tables.lineage(device, FIRST, after),
            None => return Err(unknown_life()),
        };
        let from = lives::holder(&lineage, after).ok_or_else(|| malformed("the life that was named holds no such operation"))?;
        let mut known = self.tables.find_fork(device, from.incarnation, after, fork_hash);
        let differs = self.tables.hash_after(device, from.incarnation, after + 1) != Some(fork_hash);
        if known.is_none() && named.is_some() && after < from.last_seq && !differs {
            return Err(malformed("that operation does not differ"));
        }
        let mut from = from.clone();
        while let Some(incarnation) = known {
            if incarnation > request.incarnation {
                return Ok(ForkResponse { incarnation });
            }
            from = self.tables.life(device, incarnation).cloned().ok_or_else(unknown_life)?;
            known = self.tables.find_fork(device, incarnation, after, fork_hash);
        }
        let shared = self.tables.hash_after(device, from.incarnation, after).ok_or_else(unknown_life)?;
        let incarnation = lives::next_number(self.tables.newest(device), request.incarnation)
            .ok_or_else(|| refused(409, ErrorCode::TooManyForks, "this device has had too many lives"))?;
        let life = from.parted(incarnation, after, shared);
        self.tables.lives.insert((device, incarnation), LifeRecord { life, fork_hash: Some(fork_hash) });
        Ok(ForkResponse { incarnation })
    }

    /// `GET /v1/sync/operations`: what a device takes back.
    pub fn own_operations(&self, device: DeviceId, query: &OwnOperationsQuery) -> Result<OwnOperations, Refused> {
        self.authenticated(device)?;
        self.tables.life(device, query.incarnation).ok_or_else(unknown_life)?;
        let given = self.tables.along(device, query.incarnation, query.after).map(|held| {
            let result = match held {
                Held::Decided(stored) => self.result_of(stored),
                Held::Waiting(kept) => open_result(&kept.fresh),
            };
            let sold_to = OperationBody::decode(held.body()).ok().and_then(|body| self.tables.persons.get(&body.operation.buyer()?));
            OwnOperation { body: held.body().to_owned(), result, person: sold_to.map(|(salted, _)| salted.clone()) }
        });
        Ok(OwnOperations { operations: given.take(query.limit as usize).collect() })
    }
}

/// The hash that the device signed.
fn signed_hash(request: &ForkRequest) -> Result<ChainHash, Refused> {
    let hash = ChainHash::try_from(request.fork_hash.clone()).map_err(|_| malformed("fork_hash is 64 hexadecimal digits"))?;
    let signature = BASE64.decode(&request.signature).unwrap_or_default();
    let key = device_key(request.device_id).verifying_key();
    if fork::is_signed(&key, request.device_id, request.incarnation, request.fork_seq, hash, &signature) {
        Ok(hash)
    } else {
        Err(refused(400, ErrorCode::BadSignature, "the fork is not signed by this device"))
    }
}
