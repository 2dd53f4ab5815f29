//! `POST /v1/sync/push`, as one transaction.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_authority::{Arrived, Fresh, Judged, RIGHT_CLOCK, Scope, Word, judge};
use beadsbox_domain::{Change, Operation, Outcome, Timestamp};
use beadsbox_protocol::{
    ChainHash, ErrorCode, Incarnation, OperationBody,
    chain::tip_is_signed,
    digest::RowKind,
    push::{OpResult, PushRequest, PushResponse},
};
use jiff::tz::TimeZone;

use super::{DeviceRecord, Refused, Server, Stored, answer::result_of, refused};
use crate::{
    breakage::Breakage,
    names::{device_key, key},
};

impl Server {
    /// Takes a batch of a device's operations.
    pub fn push(&mut self, request: &PushRequest, now: Timestamp) -> Result<PushResponse, Refused> {
        let device = self.authenticated(request.device_id)?.clone();
        check_signature(request)?;
        if request.epoch != self.epoch() {
            let mut problem = refused(409, ErrorCode::EpochChanged, "the server was restored");
            (problem.epoch, problem.expected_seq) = (Some(self.epoch()), Some(device.last_seq + 1));
            return Err(problem);
        }
        if request.incarnation != device.incarnation {
            return Err(refused(409, ErrorCode::ChainForked, "another life of this device is about"));
        }
        let (held, hashes) = self.follow(&device, request)?;
        let held = if self.is_broken(Breakage::RepetitionTakenAnew) { 0 } else { held };
        let mut results = self.held_results(&device, request.first_seq, held);
        let arrived = (request.first_seq..).zip(&request.ops).map(|(dev_seq, body)| Arrived::new(dev_seq, body.clone(), now));
        let fresh: Vec<Fresh> = arrived
            .zip(hashes)
            .skip(held)
            .map(|(arrived, hash)| Fresh { word: self.word_on(request, arrived.dev_seq, hash), arrived, hash })
            .collect();
        results.extend(self.take(&device, &fresh, request, now));
        self.settle();
        let last_seq = self.tables.devices.get(&request.device_id).map_or(0, |device| device.last_seq);
        Ok(PushResponse { epoch: self.epoch(), last_seq, results, quarantined: false, server_time: now })
    }

    /// What an earlier epoch had decided, by the receipt that came along.
    fn word_on(&self, request: &PushRequest, dev_seq: u64, hash: ChainHash) -> Option<Word> {
        let kept = request.receipts.iter().find(|kept| kept.dev_seq == dev_seq)?;
        let signature = BASE64.decode(&kept.receipt).ok()?;
        let word = Word::of(kept, &signature, hash, &self.tables.identity.signing_key.verifying_key());
        word.filter(|_| !self.is_broken(Breakage::ReceiptsIgnored))
    }

    fn held(&self, device: &DeviceRecord) -> &[Arc<Stored>] {
        self.tables.operations.get(&(device.row.id, device.incarnation)).map_or(&[], Vec::as_slice)
    }

    fn held_results(&self, device: &DeviceRecord, first_seq: u64, count: usize) -> Vec<OpResult> {
        let held = self.held(device).iter().filter(|stored| stored.dev_seq >= first_seq);
        held.take(count).map(|stored| result_of(stored)).collect()
    }

    /// How many operations at the batch's front are held already, and the hash after each operation of the batch.
    fn follow(&self, device: &DeviceRecord, request: &PushRequest) -> Result<(usize, Vec<ChainHash>), Refused> {
        let expected = device.last_seq + 1;
        if request.first_seq > expected {
            let mut problem = refused(409, ErrorCode::SequenceGap, "operations before these are missing");
            problem.expected_seq = Some(expected);
            return Err(problem);
        }
        let of = |dev_seq: u64| self.held(device).iter().find(|stored| stored.dev_seq == dev_seq).map(|stored| stored.hash);
        let origin = origin(device);
        let mut hash = of(request.first_seq - 1).unwrap_or(origin);
        let mut held = 0;
        let mut hashes = Vec::with_capacity(request.ops.len());
        for (dev_seq, body) in (request.first_seq..).zip(&request.ops) {
            hash = hash.then(body);
            match of(dev_seq) {
                Some(known) if known == hash || self.is_broken(Breakage::ForkNotDetected) => held += 1,
                Some(_) => {
                    let mut problem = refused(409, ErrorCode::ChainForked, "a copy of this device is about");
                    problem.expected_seq = Some(dev_seq);
                    return Err(problem);
                }
                None => {}
            }
            hashes.push(hash);
        }
        if hashes.last().map(ToString::to_string).as_deref() == Some(&request.chain_tip) {
            Ok((held, hashes))
        } else {
            Err(refused(400, ErrorCode::BadSignature, "the operations do not lead to the tip"))
        }
    }

    fn take(&mut self, device: &DeviceRecord, fresh: &[Fresh], request: &PushRequest, now: Timestamp) -> Vec<OpResult> {
        let skew = request.device_time.duration_since(now);
        let identity = self.tables.identity.clone();
        let zone = self.tables.shops.get(&device.row.shop).and_then(|shop| TimeZone::get(&shop.time_zone).ok());
        let scope = Scope {
            device: device.row.id,
            incarnation: device.incarnation,
            shop: device.row.shop,
            time_zone: zone.unwrap_or(TimeZone::UTC),
            by_server: false,
            clock_right: skew.abs() <= RIGHT_CLOCK,
            policy: self.tables.settings.policy,
            identity: &identity,
        };
        let mut results = Vec::with_capacity(fresh.len());
        for fresh in fresh {
            let commit_no = match &fresh.word {
                Some(word) => word.commit_no,
                None => self.tables.last_commit + 1,
            };
            self.tables.last_commit = self.tables.last_commit.max(commit_no);
            self.tables.keep_decided(fresh);
            let before = self.is_broken(Breakage::ConflictsOtherSideDropped).then_some(self.tables.world.conflicts.len());
            let judged = judge(&scope, &mut self.tables.world, fresh, commit_no);
            if let Some(before) = before {
                self.tables.world.conflicts.truncate(before);
            }
            let stored = self.write(&scope, &judged, request);
            results.push(result_of(&stored));
        }
        results
    }

    fn write(&mut self, scope: &Scope<'_>, judged: &Judged<'_>, request: &PushRequest) -> Arc<Stored> {
        let arrived = &judged.fresh.arrived;
        for change in &judged.changes {
            match change {
                Change::Template(row) => self.tables.note(key(RowKind::Template, row.id.0)),
                Change::Voucher(row) => self.tables.note(key(RowKind::Voucher, row.id.0)),
                Change::Conflict(row) => self.tables.note(key(RowKind::Conflict, row.id.0)),
                _ => {}
            }
        }
        if let (Some(OperationBody { operation: Operation::Sell { person, .. }, .. }), Some(Outcome::Applied)) = (judged.body(), &judged.outcome) {
            let salted = request.persons.iter().find(|salted| salted.hash().is_ok_and(|hash| hash == *person));
            self.tables.persons.extend(salted.and_then(|salted| Some((*person, salted.open().ok()?))));
        }
        let stored = Arc::new(Stored {
            dev_seq: arrived.dev_seq,
            op_id: judged.op_id,
            taken: judged.taken,
            hash: judged.fresh.hash,
            body: arrived.body.as_str().into(),
            subject: judged.subject,
            outcome: judged.outcome.clone(),
            row_version: judged.row_version,
            commit_no: judged.commit_no,
            receipt: judged.receipt.map(|receipt| BASE64.encode(receipt)).unwrap_or_default(),
        });
        self.tables.operations.entry((scope.device, scope.incarnation)).or_default().push(Arc::clone(&stored));
        if let Some(device) = self.tables.devices.get_mut(&scope.device) {
            (device.last_seq, device.chain_hash) = (arrived.dev_seq, judged.fresh.hash);
        }
        stored
    }
}

/// The hash before a device's first operation.
fn origin(device: &DeviceRecord) -> ChainHash {
    let first_life: Incarnation = device.incarnation;
    ChainHash::of_enrolment(device.row.id, first_life, &device_key(device.row.id).verifying_key())
}

fn check_signature(request: &PushRequest) -> Result<(), Refused> {
    let bad = |detail| refused(400, ErrorCode::BadSignature, detail);
    let tip = ChainHash::try_from(request.chain_tip.clone()).map_err(|_| bad("the tip is no hash"))?;
    let signature = BASE64.decode(&request.signature).map_err(|_| bad("the signature is no base64"))?;
    let last_seq = request.first_seq + request.ops.len() as u64 - 1;
    let key = device_key(request.device_id).verifying_key();
    if tip_is_signed(&key, request.device_id, request.incarnation, last_seq, tip, &signature) {
        Ok(())
    } else {
        Err(bad("the tip is not signed by this device"))
    }
}
