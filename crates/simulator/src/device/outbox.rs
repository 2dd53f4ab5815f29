//! `outbox.db` in memory. A commit is durable: `synchronous=FULL`.

use std::{collections::BTreeMap, sync::Arc};

use beadsbox_domain::{DeviceId, OpId, Operation, Outcome, PersonHash, ShopId, operation::Subject};
use beadsbox_overlay::{Acknowledgement, Own};
use beadsbox_protocol::{
    ChainHash, Incarnation, OperationBody,
    person::SaltedPerson,
    push::{KeptReceipt, OpResult},
};
use uuid::Uuid;

use crate::names::{Key, device_key, subject_key};

/// Where an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The server has not answered.
    Waiting,
    /// The server keeps it without an outcome.
    Held,
    /// The server has decided.
    Acknowledged,
}

/// An operation.
#[derive(Debug, Clone)]
pub struct OutRow {
    /// Its place.
    pub dev_seq: u64,
    /// Its id.
    pub op: OpId,
    /// The text.
    pub text: Arc<str>,
    /// What it says; none where this program cannot read it either.
    pub body: Option<Arc<OperationBody>>,
    /// The chain's hash after it.
    pub hash: ChainHash,
    /// Where it stands.
    pub state: State,
    /// What the server decided.
    pub outcome: Option<Outcome>,
    /// What the server made of it.
    pub acknowledged: Option<Acknowledgement>,
    /// The server's word on it.
    pub receipt: Option<KeptReceipt>,
    /// The cache that was seen to hold it, and where its cursor stood then.
    pub contained: Option<(Uuid, u64)>,
}

impl OutRow {
    /// As the rules of the screen take it.
    pub fn own(&self) -> Option<Own<'_>> {
        Some(Own {
            body: self.body.as_deref()?,
            is_acknowledged: self.state == State::Acknowledged,
            outcome: self.outcome.as_ref(),
            acknowledged: self.acknowledged,
            contained: self.contained,
        })
    }
}

/// The file.
#[derive(Debug, Clone)]
pub struct Outbox {
    /// The device.
    pub device: DeviceId,
    /// Where it stands.
    pub shop: ShopId,
    /// Which life of it.
    pub incarnation: Incarnation,
    /// The server's epoch, as known.
    pub epoch: Uuid,
    /// The operations, in order.
    pub rows: Vec<OutRow>,
    /// Their places by what they are about.
    pub by_subject: BTreeMap<Key, Vec<usize>>,
    persons: BTreeMap<PersonHash, SaltedPerson>,
}

/// A batch to send.
pub struct Batch {
    pub first_seq: u64,
    pub bodies: Vec<String>,
    pub persons: Vec<SaltedPerson>,
    pub tip: ChainHash,
    pub receipts: Vec<KeptReceipt>,
    pub waiting_after: u64,
}

impl Outbox {
    /// An enrolled device's.
    pub const fn new(device: DeviceId, shop: ShopId, epoch: Uuid) -> Self {
        Self { device, shop, incarnation: 1, epoch, rows: Vec::new(), by_subject: BTreeMap::new(), persons: BTreeMap::new() }
    }

    /// The hash before the first operation.
    pub fn origin(&self) -> ChainHash {
        ChainHash::of_enrolment(self.device, self.incarnation, &device_key(self.device).verifying_key())
    }

    /// The next place.
    pub fn next_seq(&self) -> u64 {
        self.rows.len() as u64 + 1
    }

    /// Writes an operation as it stands in `text`; `body` is what this program reads in it.
    pub fn append(&mut self, op: OpId, text: String, body: Option<OperationBody>, person: Option<(PersonHash, SaltedPerson)>) {
        let hash = self.rows.last().map_or_else(|| self.origin(), |last| last.hash).then(&text);
        if let Some(body) = &body {
            self.by_subject.entry(subject_key(body.operation.subject())).or_default().push(self.rows.len());
        }
        self.persons.extend(person);
        self.rows.push(OutRow {
            dev_seq: self.next_seq(),
            op,
            text: text.into(),
            body: body.map(Arc::new),
            hash,
            state: State::Waiting,
            outcome: None,
            acknowledged: None,
            receipt: None,
            contained: None,
        });
    }

    /// The operation of that id, the first where an id was used twice.
    pub fn find(&self, op: OpId) -> Option<&OutRow> {
        self.rows.iter().find(|row| row.op == op)
    }

    /// The operations about that voucher or template, in order.
    pub fn about(&self, subject: Key) -> impl Iterator<Item = &OutRow> {
        self.by_subject.get(&subject).into_iter().flatten().filter_map(|place| self.rows.get(*place))
    }

    /// The buyer that a sale names.
    pub fn person_of(&self, row: &OutRow) -> Option<SaltedPerson> {
        match row.body.as_deref()?.operation {
            Operation::Sell { person, .. } => self.persons.get(&person).cloned(),
            _ => None,
        }
    }

    /// How many have no outcome.
    pub fn waiting(&self) -> u64 {
        self.rows.iter().filter(|row| row.state != State::Acknowledged).count() as u64
    }

    /// The place up to which every outcome is held.
    pub fn acknowledged_through(&self) -> u64 {
        self.rows.iter().find(|row| row.state != State::Acknowledged).map_or(self.rows.len() as u64, |row| row.dev_seq - 1)
    }

    /// The next operations to send.
    pub fn pending(&self, most: usize) -> Option<Batch> {
        let first = self.rows.iter().position(|row| row.state == State::Waiting)?;
        let sent = &self.rows[first..(first + most).min(self.rows.len())];
        let last = sent.last()?;
        let behind = self.rows.iter().skip(first + sent.len());
        Some(Batch {
            first_seq: first as u64 + 1,
            bodies: sent.iter().map(|row| row.text.to_string()).collect(),
            persons: sent.iter().filter_map(|row| self.person_of(row)).collect(),
            tip: last.hash,
            receipts: sent.iter().filter_map(|row| row.receipt.clone()).collect(),
            waiting_after: behind.filter(|row| row.state == State::Waiting).count() as u64,
        })
    }

    /// Takes what the server decided; answers what it is about.
    pub fn take_results(&mut self, epoch: Uuid, results: &[OpResult]) -> Vec<Subject> {
        let mut subjects = Vec::new();
        for result in results {
            let place = usize::try_from(result.dev_seq).unwrap_or(usize::MAX).wrapping_sub(1);
            let Some(row) = self.rows.get_mut(place) else { continue };
            if result.op_id.is_some_and(|op| op != row.op) {
                continue;
            }
            row.state = if result.result.is_some() { State::Acknowledged } else { State::Held };
            row.outcome.clone_from(&result.result);
            row.acknowledged = Some(Acknowledgement { epoch, version: result.row_version });
            row.receipt = result.result.clone().map(|outcome| KeptReceipt {
                dev_seq: result.dev_seq,
                epoch,
                commit_no: result.commit_no,
                outcome,
                receipt: result.receipt.clone(),
            });
            subjects.extend(row.body.as_ref().map(|body| body.operation.subject()));
        }
        subjects
    }

    /// The server has that epoch, and holds no more than that: what comes after waits again, with what was said of it.
    pub fn adopt(&mut self, epoch: Uuid, last_seq: u64) {
        self.epoch = epoch;
        for row in &mut self.rows {
            if row.dev_seq > last_seq {
                row.state = State::Waiting;
                row.contained = None;
            } else if let (State::Acknowledged, Some(acknowledged)) = (row.state, row.acknowledged.as_mut()) {
                acknowledged.epoch = epoch;
            }
        }
    }

    /// Redemptions honoured here that the server has not answered.
    pub fn honoured_unanswered(&self) -> usize {
        let waits = self.rows.iter().filter(|row| row.state == State::Waiting && row.outcome.is_none());
        let honours = |row: &&OutRow| {
            row.body.as_ref().is_some_and(|body| match body.operation {
                Operation::Redeem { mode, .. } => mode == beadsbox_domain::RedeemMode::Honoured,
                Operation::Honour { .. } | Operation::HonourExpired { .. } => true,
                _ => false,
            })
        };
        waits.filter(honours).count()
    }

    /// Whether the chain follows from the first operation to the last, without a gap.
    pub fn chain_holds(&self) -> bool {
        let mut hash = self.origin();
        (1..).zip(&self.rows).all(|(place, row)| {
            hash = hash.then(&row.text);
            row.dev_seq == place && row.hash == hash
        })
    }
}
