//! The server as a device sees it: decides in the order in which operations come, and gives changes page by page.

use std::collections::{BTreeMap, HashMap};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use beadsbox_domain::{
    Change, Conflict, ConflictId, ConflictState, Context, OpId, Operation, Outcome, Person, PersonHash, Policy, Redemption, Role, Situation, Template,
    TemplateId, Timestamp, Voucher, VoucherId, decide,
};
use beadsbox_protocol::{
    ChainHash, OperationBody,
    fork::OwnOperation,
    person::SaltedPerson,
    pull::{ChangesPage, Cursor},
    push::OpResult,
    rows::{Row, RowKey, Settings, Shop, Staff, VoucherRow},
};
use ed25519_dalek::SigningKey;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{SHOP, STAFF, at};

/// The key that signs receipts.
pub fn key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

pub fn receipt(epoch: Uuid, commit_no: u64, hash: ChainHash, outcome: &Outcome) -> String {
    BASE64.encode(beadsbox_protocol::receipt::sign(&key(), epoch, commit_no, hash, outcome))
}

pub struct Server {
    pub epoch: Uuid,
    pub templates: BTreeMap<TemplateId, Template>,
    pub vouchers: BTreeMap<VoucherId, Voucher>,
    pub persons: HashMap<VoucherId, Person>,
    salted: HashMap<PersonHash, SaltedPerson>,
    pub conflicts: BTreeMap<ConflictId, Conflict>,
    pub redemptions: HashMap<OpId, Redemption>,
    /// Of the device under test, in order.
    pub results: Vec<OpResult>,
    /// Their bodies.
    pub bodies: Vec<String>,
    tip: ChainHash,
    feed: Vec<RowKey>,
    others: u64,
}

impl Server {
    pub fn new(epoch: Uuid) -> Self {
        Self {
            epoch,
            templates: BTreeMap::new(),
            vouchers: BTreeMap::new(),
            persons: HashMap::new(),
            salted: HashMap::new(),
            conflicts: BTreeMap::new(),
            redemptions: HashMap::new(),
            results: Vec::new(),
            bodies: Vec::new(),
            tip: super::chain_origin(),
            feed: vec![RowKey::Shop(SHOP), RowKey::Staff(STAFF), RowKey::Settings],
            others: 0,
        }
    }

    /// Takes a batch of the device under test. What it had before gets the same answer.
    pub fn push(&mut self, bodies: &[String], persons: &[SaltedPerson]) -> Vec<OpResult> {
        let take = |server: &mut Self, text: &String| {
            let body = OperationBody::decode(text).unwrap();
            if let Some(known) = server.results.iter().find(|known| known.dev_seq == body.dev_seq) {
                return known.clone();
            }
            assert_eq!(body.dev_seq, server.results.len() as u64 + 1, "a gap");
            let (outcome, row_version) = server.decide(&body, persons);
            server.tip = server.tip.then(text);
            server.bodies.push(text.clone());
            let receipt = receipt(server.epoch, body.dev_seq, server.tip, &outcome);
            let result =
                OpResult { dev_seq: body.dev_seq, op_id: Some(body.op), result: Some(outcome), row_version, commit_no: body.dev_seq, receipt, hash: None };
            server.results.push(result.clone());
            result
        };
        bodies.iter().map(|text| take(self, text)).collect()
    }

    /// The device's own operations after that one.
    pub fn own_operations(&self, after: u64) -> Vec<OwnOperation> {
        let all = self.bodies.iter().zip(&self.results).map(|(body, result)| OwnOperation {
            body: body.clone(),
            result: result.clone(),
            person: self.buyer_of(body),
        });
        all.skip(usize::try_from(after).unwrap()).collect()
    }

    fn buyer_of(&self, body: &str) -> Option<SaltedPerson> {
        self.salted.get(&OperationBody::decode(body).ok()?.operation.buyer()?).cloned()
    }

    /// Another device does something.
    pub fn other(&mut self, operation: Operation, persons: &[SaltedPerson]) -> Outcome {
        self.others += 1;
        let seconds = i64::try_from(self.others).unwrap();
        let body = OperationBody {
            format: 1,
            device: super::OTHER_DEVICE,
            incarnation: 1,
            dev_seq: self.others,
            op: OpId(Uuid::from_u128(0x4000_0000 + u128::from(self.others))),
            at: at(seconds),
            staff: STAFF,
            shop: SHOP,
            online: true,
            clock_right: true,
            operation,
        };
        self.decide(&body, persons).0
    }

    fn decide(&mut self, body: &OperationBody, persons: &[SaltedPerson]) -> (Outcome, Option<u64>) {
        let context = Context {
            stamp: body.stamp(),
            role: Some(Role::Admin),
            staff_active: true,
            by_server: false,
            clock_right: body.clock_right,
            received_at: body.at,
            policy: Policy::default(),
            time_zone: TimeZone::UTC,
        };
        let decision = decide(&body.operation, &self.situation(body), &context);
        let version = decision.row_version();
        if let (Operation::Sell { voucher, person, .. }, Outcome::Applied) = (&body.operation, &decision.outcome) {
            let salted = persons.iter().find(|salted| salted.hash().unwrap() == *person);
            self.persons.extend(salted.map(|salted| (*voucher, salted.open().unwrap())));
            self.salted.extend(salted.map(|salted| (*person, salted.clone())));
        }
        decision.changes.into_iter().for_each(|change| self.write(change));
        (decision.outcome, version)
    }

    fn situation(&self, body: &OperationBody) -> Situation {
        use beadsbox_domain::operation::Subject;
        let mut situation = Situation::default();
        match body.operation.subject() {
            Subject::Template(id) => situation.template = self.templates.get(&id).cloned(),
            Subject::Till => {}
            Subject::Voucher(id) => {
                situation.voucher = self.vouchers.get(&id).cloned();
                situation.open_conflicts = self
                    .conflicts
                    .values()
                    .filter(|conflict| conflict.voucher == id && conflict.state == ConflictState::Open)
                    .cloned()
                    .collect();
                situation.open_conflicts.sort_by_key(|conflict| (conflict.other.at, conflict.id));
            }
        }
        match &body.operation {
            Operation::Sell { template, code, voucher, .. } => {
                situation.template = self.templates.get(template).cloned();
                situation.code_taken = self.vouchers.values().any(|other| other.code == *code && other.id != *voucher);
            }
            Operation::Honour { redemption, .. } | Operation::Withdraw { redemption, .. } => {
                situation.redemption = self.redemptions.get(redemption).copied();
            }
            Operation::SettleConflict { conflict, .. } => situation.conflict = self.conflicts.get(conflict).cloned(),
            _ => {}
        }
        situation
    }

    fn write(&mut self, change: Change) {
        match change {
            Change::Template(template) => {
                self.changed(RowKey::Template(template.id));
                self.templates.insert(template.id, template);
            }
            Change::Voucher(voucher) => {
                self.changed(RowKey::Voucher(voucher.id));
                self.vouchers.insert(voucher.id, voucher);
            }
            Change::Conflict(conflict) => {
                self.changed(RowKey::Conflict(conflict.id));
                self.conflicts.insert(conflict.id, conflict);
            }
            Change::RedemptionRecorded(redemption) | Change::RedemptionChanged(redemption) => {
                self.redemptions.insert(redemption.stamp.op, redemption);
            }
            Change::CashMoved { .. } | Change::DayClosed { .. } => {}
            Change::RedemptionUndone { redemption, by } => {
                self.redemptions.entry(redemption).and_modify(|known| known.undone_by = Some(by));
            }
            Change::RedemptionPromoted { redemption } => {
                self.redemptions.entry(redemption).and_modify(|known| known.outcome = beadsbox_domain::RedemptionOutcome::Accepted);
            }
        }
    }

    /// Each entity stands once in the feed, at its last change.
    pub fn changed(&mut self, key: RowKey) {
        self.feed.push(key);
    }

    pub fn head(&self) -> u64 {
        self.feed.len() as u64
    }

    /// One page of the feed after the cursor.
    pub fn page(&self, from: &Cursor, acked: u64, limit: usize) -> ChangesPage {
        let start = usize::try_from(from.seq).unwrap();
        let mut to = self.feed.len();
        let mut rows = Vec::new();
        for (place, key) in self.feed.iter().enumerate().skip(start) {
            if rows.len() == limit {
                to = place;
                break;
            }
            if !self.feed[place + 1..].contains(key) {
                rows.push(self.row(*key));
            }
        }
        let own_results = self.results.iter().filter(|result| result.dev_seq > acked).cloned().collect();
        let to = Cursor { seq: to as u64, tag: if to == 0 { String::new() } else { format!("tag {to}") } };
        ChangesPage { epoch: self.epoch, from: from.clone(), to, head: self.head(), last_seq: self.results.len() as u64, own_results, rows, server_time: at(0) }
    }

    /// The row of that entity, as it is now.
    pub fn row(&self, key: RowKey) -> Row {
        match key {
            RowKey::Shop(id) => Row::Shop(Shop { id, name: "Rue des Perles".into(), time_zone: "UTC".into(), row_version: 1, ..Shop::default() }),
            RowKey::Staff(id) => {
                Row::Staff(Staff { id, name: "Zoé".into(), role: Role::Admin, active: true, pin: None, badge: None, sign_in_version: 0, row_version: 1 })
            }
            RowKey::Settings => Row::Settings(Settings { row_version: 1, ..Settings::default() }),
            RowKey::Template(id) => Row::Template(self.templates[&id].clone()),
            RowKey::Voucher(id) => Row::Voucher(Box::new(VoucherRow { voucher: self.vouchers[&id].clone(), person: self.persons.get(&id).cloned() })),
            RowKey::Conflict(id) => Row::Conflict(Box::new(self.conflicts[&id].clone().into())),
            RowKey::Device(_) => unreachable!("no device stands in this feed"),
        }
    }

    /// Brings a device up to date.
    pub fn sync(&mut self, store: &beadsbox_store::Store, now: Timestamp) {
        while let Some(batch) = store.pending_batch(0, beadsbox_store::BatchLimit::default()).unwrap() {
            let results = self.push(&batch.bodies, &batch.persons);
            store.record_results(&results, self.epoch).unwrap();
        }
        self.pull(store, now);
    }

    /// Brings a device's cache up to date.
    pub fn pull(&self, store: &beadsbox_store::Store, now: Timestamp) {
        loop {
            let position = store.position().unwrap();
            let page = self.page(&position.cursor, store.acknowledged_through().unwrap(), 50);
            store.apply_page(&page, now).unwrap();
            if page.to.seq == page.head {
                return;
            }
        }
    }
}

impl Server {
    /// Another device sells a voucher there.
    pub fn sell_there(&mut self, number: u64, buyer: &str) {
        let template = super::template_id(1);
        let content = super::content("Bread", 4000, Some(12));
        if !self.templates.contains_key(&template) {
            self.other(Operation::CreateTemplate { template, content: content.clone() }, &[]);
        }
        let (operation, person) = super::sale(number, template, &content, &super::person(buyer));
        assert_eq!(self.other(operation, person.as_slice()), Outcome::Applied);
    }
}
