//! `POST /v1/sync/push`, as one transaction.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_authority::{
    Arrived, Fresh, RIGHT_CLOCK, Word,
    lives::{self, Discord, Life},
};
use beadsbox_domain::{DeviceId, Timestamp};
use beadsbox_protocol::{
    ChainHash, ErrorCode, Incarnation,
    chain::tip_is_signed,
    push::{OpResult, PushRequest, PushResponse},
};

use super::{
    Refused, Server,
    answer::open_result,
    lives::{Held, unknown_life},
    refused,
};
use crate::{breakage::Breakage, names::device_key};

impl Server {
    /// Takes a batch of a device's operations.
    pub fn push(&mut self, request: &PushRequest, now: Timestamp) -> Result<PushResponse, Refused> {
        let state = self.known(request.device_id)?.row.state;
        let tip = signed_tip(request)?;
        let key = (request.device_id, request.incarnation);
        let life = self.tables.life(key.0, key.1).cloned();
        if request.epoch != self.epoch() {
            let mut problem = refused(409, ErrorCode::EpochChanged, "the server was restored");
            (problem.epoch, problem.expected_seq) = (Some(self.epoch()), Some(life.map_or(0, |life| life.last_seq) + 1));
            return Err(problem);
        }
        let life = life.ok_or_else(unknown_life)?;
        let (held, hashes) = self.follow(key.0, &life, request, tip)?;
        let held = if self.is_broken(Breakage::RepetitionTakenAnew) { 0 } else { held };
        let mut results = self.held_results(key, request.first_seq, held);
        let arrived = (request.first_seq..).zip(&request.ops).map(|(dev_seq, body)| Arrived::new(dev_seq, body.clone(), now));
        let fresh: Vec<Fresh> = arrived
            .zip(hashes)
            .skip(held)
            .map(|(arrived, hash)| Fresh { word: self.word_on(request, arrived.dev_seq, hash), arrived, hash })
            .collect();
        let clock_right = request.device_time.duration_since(now).abs() <= RIGHT_CLOCK;
        let quarantined = life.quarantine(state).is_some();
        results.extend(if quarantined {
            self.tables.keep(key, &fresh, &request.persons, clock_right)
        } else {
            if !fresh.is_empty() {
                self.tables.keep_persons(&request.persons);
            }
            self.take(key, &fresh, clock_right)
        });
        if let Some(last) = fresh.last() {
            self.tables.advance(key.0, key.1, last.arrived.dev_seq, last.hash);
        }
        self.settle();
        let last_seq = self.tables.life(key.0, key.1).map_or(0, |life| life.last_seq);
        Ok(PushResponse { epoch: self.epoch(), last_seq, results, quarantined, server_time: now })
    }

    /// What an earlier epoch had decided, by the receipt that came along.
    fn word_on(&self, request: &PushRequest, dev_seq: u64, hash: ChainHash) -> Option<Word> {
        let kept = request.receipts.iter().find(|kept| kept.dev_seq == dev_seq)?;
        let signature = BASE64.decode(&kept.receipt).ok()?;
        let word = Word::of(kept, &signature, hash, &self.tables.identity.signing_key.verifying_key());
        word.filter(|_| !self.is_broken(Breakage::ReceiptsIgnored))
    }

    fn held_results(&self, (device, incarnation): (DeviceId, Incarnation), first_seq: u64, count: usize) -> Vec<OpResult> {
        let held = self.tables.along(device, incarnation, first_seq - 1).take(count);
        held.map(|held| match held {
            Held::Decided(stored) => self.result_of(stored),
            Held::Waiting(kept) => open_result(&kept.fresh),
        })
        .collect()
    }

    /// How many operations at the batch's front are held already, and the hash after each operation of the batch.
    fn follow(&self, device: DeviceId, life: &Life, request: &PushRequest, tip: ChainHash) -> Result<(usize, Vec<ChainHash>), Refused> {
        life.admits(request.first_seq).map_err(told)?;
        let last_seq = request.first_seq + request.ops.len() as u64 - 1;
        let before = self.tables.hash_after(device, life.incarnation, request.first_seq - 1).ok_or_else(unknown_life)?;
        let along = self.tables.along(device, life.incarnation, request.first_seq - 1);
        let mut held: Vec<ChainHash> = along.take_while(|held| held.dev_seq() <= last_seq).map(|held| held.hash()).collect();
        if self.is_broken(Breakage::ForkNotDetected) {
            let mut hash = before;
            held = request
                .ops
                .iter()
                .take(held.len())
                .map(|body| {
                    hash = hash.then(body);
                    hash
                })
                .collect();
        }
        let bodies = request.ops.iter().map(String::as_str);
        let hashes = lives::follow(request.first_seq, bodies, (before, &held), tip).map_err(told)?;
        Ok((held.len(), hashes))
    }
}

fn told(discord: Discord) -> Refused {
    let with = |code, title, expected_seq| {
        let mut problem = refused(409, code, title);
        problem.expected_seq = Some(expected_seq);
        problem
    };
    match discord {
        Discord::Gap(expected) => with(ErrorCode::SequenceGap, "not the operations that come next", expected),
        Discord::Forked(first) => with(ErrorCode::ChainForked, "a copy of this device is about", first),
        Discord::Tip => refused(400, ErrorCode::BadSignature, "the operations do not lead to the tip"),
    }
}

fn signed_tip(request: &PushRequest) -> Result<ChainHash, Refused> {
    let bad = |detail| refused(400, ErrorCode::BadSignature, detail);
    let tip = ChainHash::try_from(request.chain_tip.clone()).map_err(|_| bad("the tip is no hash"))?;
    let signature = BASE64.decode(&request.signature).map_err(|_| bad("the signature is no base64"))?;
    let last_seq = request.first_seq + request.ops.len() as u64 - 1;
    let key = device_key(request.device_id).verifying_key();
    if tip_is_signed(&key, request.device_id, request.incarnation, last_seq, tip, &signature) {
        Ok(tip)
    } else {
        Err(bad("the tip is not signed by this device"))
    }
}
