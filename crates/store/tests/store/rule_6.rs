//! `rule_6_…`: a person's own work never disappears from their screen, is never counted twice on it, and versions never go back,
//! whatever the order in which operations, answers, pages and resets come.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::{self, DEVICE, Device, EPOCH, at, content, imported_as, op_id, person, reason, redeem, sale, server::Server, template_id, voucher_id};
use beadsbox_domain::{
    CashMovement, ConflictState, Operation, Outcome, Payment, RedeemMode, RedemptionOutcome, Settlement, Status, TemplateContent, Voucher, VoucherId,
    operation::Subject,
};
use beadsbox_protocol::{OperationBody, push::OpResult};
use beadsbox_store::{BatchLimit, OpState, RedemptionState, Store, VoucherQuery};
use proptest::prelude::*;

/// Few vouchers, so that much happens to each.
const VOUCHERS: u64 = 4;

/// What may happen.
#[derive(Debug, Clone)]
enum Step {
    /// This device does something: which kind, to which voucher.
    Own(u8, u64),
    /// Another device does.
    Other(u8, u64),
    /// So many waiting operations reach the server; the reply is lost or not.
    Push(usize, bool),
    /// The device takes a page of so many rows.
    Pull(usize),
    /// The cache is emptied.
    Reset,
    /// The program ends and starts again.
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..12_u8, 1..=VOUCHERS).prop_map(|(kind, number)| Step::Own(kind, number)),
        4 => (0..6_u8, 1..=VOUCHERS).prop_map(|(kind, number)| Step::Other(kind, number)),
        5 => (1..4_usize, any::<bool>()).prop_map(|(count, reply)| Step::Push(count, reply)),
        4 => (1..6_usize).prop_map(Step::Pull),
        1 => Just(Step::Reset),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 1..45)
}

struct Run {
    device: Option<Device>,
    server: Server,
    bodies: Vec<OperationBody>,
    highest: BTreeMap<VoucherId, u64>,
    /// Own sales and own redemptions, by what they were about.
    sold: BTreeSet<VoucherId>,
}

impl Run {
    fn new() -> Self {
        let mut server = Server::new(EPOCH);
        (1..=2).for_each(|number| server.sell_there(number, "Anna"));
        let device = Device::new();
        server.sync(&device.store, at(0));
        Self { device: Some(device), server, bodies: Vec::new(), highest: BTreeMap::new(), sold: BTreeSet::new() }
    }

    fn store(&self) -> &Store {
        &self.device.as_ref().unwrap().store
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Own(kind, number) => self.own(*kind, *number),
            Step::Other(kind, number) => self.other(*kind, *number),
            Step::Push(count, reply) => self.push(*count, *reply),
            Step::Pull(limit) => self.pull(*limit),
            Step::Reset => {
                self.store().reset_cache().unwrap();
                self.highest.clear();
            }
            Step::Restart => self.device = self.device.take().map(Device::reopen),
        }
    }

    fn own(&mut self, kind: u8, number: u64) {
        let op = self.bodies.len() as u64 + 1;
        let voucher = voucher_id(number);
        let named = self.last_redemption(voucher);
        let operation = match (kind, named) {
            (0, _) => redeem(number, RedeemMode::Honoured),
            (1 | 2, _) => redeem(number, RedeemMode::Asked),
            (3, Some(redemption)) => Operation::honour(voucher, redemption),
            (4, Some(redemption)) => Operation::Withdraw { voucher, redemption },
            (5, Some(redemption)) => Operation::UndoRedemption { voucher, redemption, reason: reason() },
            (6, _) => Operation::Cancel { voucher, reason: reason() },
            (7, _) => Operation::Refund { voucher, reason: reason(), payment: Payment::Cash },
            (11, _) => Operation::MoveCash { movement: CashMovement::In, amount: content("Cash", 500, None).price, reason: None },
            (8, _) => self.settlement(voucher).unwrap_or_else(|| redeem(number, RedeemMode::Honoured)),
            _ => return self.sell(op, number),
        };
        self.note(op, operation, None);
    }

    fn sell(&mut self, op: u64, number: u64) {
        // The first two were sold elsewhere, and nobody sells a voucher twice: its id is random.
        if number <= 2 || !self.sold.insert(voucher_id(number)) {
            return;
        }
        // The last one is taken over from another system.
        let (operation, salted) = if number == VOUCHERS {
            imported_as(number, "OLD-4", Status::Purchased)
        } else {
            sale(number, template_id(1), &content("Bread", 4000, Some(12)), &person("Anna"))
        };
        self.note(op, operation, salted);
    }

    fn note(&mut self, op: u64, operation: Operation, salted: Option<beadsbox_protocol::person::SaltedPerson>) {
        self.device.as_ref().unwrap().record_with(op, operation, salted);
        let own = self.store().view().unwrap().own_operation(op_id(op)).unwrap().unwrap();
        self.bodies.push(own.body);
    }

    fn last_redemption(&self, voucher: VoucherId) -> Option<beadsbox_domain::OpId> {
        let is_one = |body: &&OperationBody| matches!(body.operation, Operation::Redeem { voucher: of, .. } if of == voucher);
        self.bodies.iter().rev().find(is_one).map(|body| body.op)
    }

    fn settlement(&self, voucher: VoucherId) -> Option<Operation> {
        let open = self.store().view().unwrap().conflicts(false, 100, |_, _| true).unwrap();
        let open = open.into_iter().find(|view| view.conflict.voucher == voucher)?.conflict;
        Some(Operation::SettleConflict { conflict: open.id, voucher, seen_version: open.row_version, settlement: Settlement::WriteOff, reason: reason() })
    }

    fn other(&mut self, kind: u8, number: u64) {
        let voucher = voucher_id(number);
        let standing = self.server.vouchers.get(&voucher).map(|voucher| voucher.since.op);
        let operation = match (kind, standing) {
            (0 | 1, _) => redeem(number, RedeemMode::Honoured),
            (2, Some(redemption)) => Operation::UndoRedemption { voucher, redemption, reason: reason() },
            (3, _) => Operation::Cancel { voucher, reason: reason() },
            (4, _) => redeem(number, RedeemMode::Asked),
            _ => return,
        };
        self.server.other(operation, &[]);
    }

    fn push(&mut self, count: usize, reply: bool) {
        let limit = BatchLimit { operations: count, ..BatchLimit::default() };
        let Some(batch) = self.store().pending_batch(0, limit).unwrap() else { return };
        let results = self.server.push(&batch.bodies, &batch.persons);
        if reply {
            self.store().record_results(&results, EPOCH).unwrap();
        }
    }

    fn pull(&mut self, limit: usize) {
        let position = self.store().position().unwrap();
        let page = self.server.page(&position.cursor, self.store().acknowledged_through().unwrap(), limit);
        self.store().apply_page(&page, at(0)).unwrap();
    }
}

/// What the rule says, looked at from outside.
fn check(run: &mut Run) {
    let view = run.store().view().unwrap();
    let page = view.voucher_page(&VoucherQuery::newest(500)).unwrap();
    let listed: Vec<VoucherId> = page.rows.iter().map(|row| row.voucher.id).collect();
    let unique: BTreeSet<VoucherId> = listed.iter().copied().collect();
    assert_eq!(unique.len(), listed.len(), "one is shown twice");
    assert_eq!(page.total, Some(listed.len() as u64));

    for number in 1..=VOUCHERS {
        let id = voucher_id(number);
        let shown = view.voucher(id).unwrap();
        assert_eq!(unique.contains(&id), shown.is_some());
        let own = view.own_operations(Subject::Voucher(id)).unwrap();
        let waiting = own.iter().any(|own| own.state != OpState::Acknowledged);
        let Some(shown) = shown else {
            let unrefused = own
                .iter()
                .any(|own| matches!(own.body.operation, Operation::Sell { .. }) && !matches!(own.outcome, Some(Outcome::Rejected { .. })));
            assert!(!unrefused, "an own sale disappeared");
            continue;
        };
        assert_eq!(shown.waiting, waiting);
        assert_eq!(page.rows.iter().find(|row| row.voucher.id == id), Some(&shown));
        let found = view.voucher_by_code(shown.voucher.code).unwrap();
        assert_eq!(found.as_ref(), Some(&shown));
        check_last_word(&shown.voucher, &own, run.server.vouchers.get(&id));
    }
    check_counts(run, &view);
    drop(view);
    check_versions(run, &page.rows.iter().map(|row| &row.voucher).collect::<Vec<_>>());
    check_rebuilt(run);
}

/// What the last own operation on a voucher did is to be seen, as far as the rules let it through.
fn check_last_word(shown: &Voucher, own: &[beadsbox_store::OwnOperation], on_server: Option<&Voucher>) {
    let Some(last) = own.last() else { return };
    let is_server_newer = on_server.is_some_and(|server| server.since.device != DEVICE);
    if last.outcome == Some(Outcome::Applied) && !is_server_newer {
        let expected = match last.body.operation {
            Operation::Redeem { .. } => Status::Used,
            Operation::Cancel { .. } => Status::Cancelled,
            Operation::Refund { .. } => Status::Refunded,
            Operation::UndoRedemption { .. } => Status::Purchased,
            _ => return,
        };
        assert_eq!(shown.status, expected, "after {:?}", last.body.operation);
    }
}

fn check_counts(run: &Run, view: &beadsbox_store::View<'_>) {
    let conflicts = view.conflicts(true, 1000, |_, _| true).unwrap();
    let ids: BTreeSet<_> = conflicts.iter().map(|view| view.conflict.id).collect();
    assert_eq!(ids.len(), conflicts.len(), "a conflict is counted twice");
    let open = conflicts.iter().filter(|view| view.conflict.state == ConflictState::Open).count();
    assert_eq!(view.open_conflicts().unwrap(), open as u64);
    let recent = view.recent_redemptions(1000).unwrap();
    let made = run.bodies.iter().filter(|body| matches!(body.operation, Operation::Redeem { .. })).count();
    assert_eq!(recent.len(), made, "a redemption disappeared or is there twice");
    let listed = view.voucher_page(&VoucherQuery::newest(500)).unwrap().rows;
    for template in view.templates(true).unwrap() {
        let of_it = || listed.iter().filter(|row| row.voucher.template == template.template.id);
        assert_eq!(template.sold, of_it().count() as u64);
        assert_eq!(template.outstanding, of_it().filter(|row| row.voucher.status == Status::Purchased).count() as u64);
    }
}

/// The version that is shown is at least every one that the server acknowledged or sent before.
fn check_versions(run: &mut Run, shown: &[&Voucher]) {
    let own: Vec<OpResult> = run.server.results.clone();
    for voucher in shown {
        let view = run.store().view().unwrap();
        let acknowledged = view.own_operations(Subject::Voucher(voucher.id)).unwrap().into_iter().filter_map(|known| {
            let decided = known.state == OpState::Acknowledged;
            own.iter().find(|result| decided && result.dev_seq == known.body.dev_seq).and_then(|result| result.row_version)
        });
        let least = acknowledged.max().unwrap_or(0);
        assert!(voucher.row_version >= least, "{} shows {} after {least}", voucher.id, voucher.row_version);
        if !view.voucher(voucher.id).unwrap().unwrap().waiting {
            let highest = run.highest.entry(voucher.id).or_default();
            assert!(voucher.row_version >= *highest, "{} went back from {highest} to {}", voucher.id, voucher.row_version);
            *highest = voucher.row_version;
        }
    }
}

/// What was kept up step by step is what comes out of the files alone.
fn check_rebuilt(run: &Run) {
    let everything = |store: &Store| {
        let view = store.view().unwrap();
        (
            view.voucher_page(&VoucherQuery::newest(500)).unwrap(),
            view.conflicts(true, 1000, |_, _| true).unwrap(),
            view.templates(true).unwrap(),
            view.recent_redemptions(1000).unwrap(),
        )
    };
    let second = Store::open(&run.device.as_ref().unwrap().paths, &common::keys()).unwrap().0;
    assert_eq!(everything(run.store()), everything(&second));
}

/// Once all is exchanged, the device shows the server's rows and nothing else.
fn check_settled(run: &mut Run) {
    let store = run.store().clone();
    run.server.sync(&store, at(0));
    let view = store.view().unwrap();
    for number in 1..=VOUCHERS {
        let shown = view.voucher(voucher_id(number)).unwrap();
        assert_eq!(shown.as_ref().map(|shown| &shown.voucher), run.server.vouchers.get(&voucher_id(number)));
        assert!(shown.is_none_or(|shown| !shown.waiting));
    }
    let conflicts: BTreeMap<_, _> = view.conflicts(true, 1000, |_, _| true).unwrap().into_iter().map(|view| (view.conflict.id, view.conflict)).collect();
    assert_eq!(conflicts, run.server.conflicts);
    for redemption in view.recent_redemptions(1000).unwrap() {
        let fact = run.server.redemptions[&redemption.op];
        let expected = match fact.outcome {
            RedemptionOutcome::Withdrawn => RedemptionState::Withdrawn,
            RedemptionOutcome::Conflict => RedemptionState::Conflict,
            RedemptionOutcome::Rejected => RedemptionState::Refused,
            RedemptionOutcome::Accepted if fact.undone_by.is_some() => RedemptionState::Undone,
            RedemptionOutcome::Accepted => RedemptionState::Confirmed,
        };
        assert_eq!(redemption.state, expected, "{fact:?}");
    }
    assert_eq!(store.verify_chain().unwrap(), run.bodies.len() as u64);
}

proptest! {
    #![proptest_config(common::cases(24))]

    #[test]
    fn rule_6_own_work_never_disappears_and_is_never_counted_twice(steps in steps()) {
        let mut run = Run::new();
        for step in &steps {
            run.take(step);
            check(&mut run);
        }
        check_settled(&mut run);
    }
}

#[test]
fn rule_6_own_work_of_templates_follows_the_server() {
    let mut server = Server::new(EPOCH);
    let device = Device::new();
    let said = |price: i64| -> TemplateContent { content("Bread", price, None) };
    let template = template_id(1);
    device.record(1, Operation::CreateTemplate { template, content: said(1) });
    for round in 1..20 {
        let shown = device.store.view().unwrap().template(template).unwrap().unwrap();
        let based_on = shown.template.version;
        device.record(10 + u64::from(based_on), Operation::EditTemplate { template, based_on, content: said(i64::from(based_on) + 1) });
        device.record(100 + u64::try_from(round).unwrap(), Operation::NoteTemplate { template, text: reason() });
        if round % 3 == 0 {
            server.sync(&device.store, at(round));
        }
        if round % 5 == 0 {
            device.store.reset_cache().unwrap();
        }
        let shown = device.store.view().unwrap().template(template).unwrap().unwrap();
        assert_eq!(shown.template.version, based_on + 1);
        let own = device.store.view().unwrap().own_operations(Subject::Template(template)).unwrap();
        let notes = own.iter().filter(|own| matches!(own.body.operation, Operation::NoteTemplate { .. })).count();
        assert_eq!(i64::try_from(notes).unwrap(), round, "a note disappeared, or is there twice");
    }
}
