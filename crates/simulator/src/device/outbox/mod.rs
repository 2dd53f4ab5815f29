//! `outbox.db` in memory. A commit is durable: `synchronous=FULL`.

mod answers;
mod lives;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use beadsbox_authority::lives::FIRST;
use beadsbox_domain::{DeviceId, OpId, Operation, Outcome, PersonHash, ShopId};
use beadsbox_overlay::{Acknowledgement, Own};
use beadsbox_protocol::{ChainHash, Incarnation, OperationBody, person::SaltedPerson, push::KeptReceipt};
use uuid::Uuid;

pub use lives::Fork;

use crate::names::{Key, device_key, subject_key};

/// Where an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The server has not answered.
    Waiting,
    /// The server keeps it without an outcome.
    Held,
    /// The server keeps it until an admin accepts it.
    Quarantined,
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
    /// What the server said later, where that is something else.
    pub contradicted_by: Option<Outcome>,
    /// The server's word on it.
    pub receipt: Option<KeptReceipt>,
    /// It came back from the server, as it stands in the till's list.
    pub taken_back: bool,
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
    /// Every epoch in which the server spoke to this device.
    pub known_epochs: BTreeSet<Uuid>,
    /// The server holds own operations up to that one, which are not here: nothing is recorded.
    pub behind_until: Option<u64>,
    /// The device was revoked: nothing is recorded any more.
    pub revoked: bool,
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
    pub fn new(device: DeviceId, shop: ShopId, epoch: Uuid) -> Self {
        Self {
            device,
            shop,
            incarnation: FIRST,
            epoch,
            known_epochs: BTreeSet::from([epoch]),
            behind_until: None,
            revoked: false,
            rows: Vec::new(),
            by_subject: BTreeMap::new(),
            persons: BTreeMap::new(),
        }
    }

    /// Whether anything may be recorded.
    pub const fn may_record(&self) -> bool {
        !self.revoked && self.behind_until.is_none()
    }

    /// The hash before the first operation.
    pub fn origin(&self) -> ChainHash {
        ChainHash::of_enrolment(self.device, FIRST, &device_key(self.device).verifying_key())
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
            contradicted_by: None,
            receipt: None,
            taken_back: false,
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
        self.persons.get(&row.body.as_deref()?.operation.buyer()?).cloned()
    }

    /// How many have no outcome.
    pub fn waiting(&self) -> u64 {
        self.rows.iter().filter(|row| row.state != State::Acknowledged).count() as u64
    }

    /// How many wait for an admin.
    pub fn quarantined(&self) -> usize {
        self.rows.iter().filter(|row| row.state == State::Quarantined).count()
    }

    /// The place up to which every outcome is held.
    pub fn acknowledged_through(&self) -> u64 {
        self.rows.iter().find(|row| row.state != State::Acknowledged).map_or(self.rows.len() as u64, |row| row.dev_seq - 1)
    }

    /// The next operations to send of those behind `after`.
    pub fn pending(&self, after: u64, most: usize) -> Option<Batch> {
        let first = self.rows.iter().position(|row| row.dev_seq > after && row.state == State::Waiting)?;
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

    /// Redemptions honoured here that the server has not answered, those in quarantine among them.
    pub fn honoured_unanswered(&self) -> usize {
        let open = |row: &&OutRow| matches!(row.state, State::Waiting | State::Quarantined) && row.outcome.is_none();
        let waits = self.rows.iter().filter(open);
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
