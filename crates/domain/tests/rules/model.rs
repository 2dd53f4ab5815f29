//! A server in memory: it brings the rows to `decide`, writes what comes back, and watches its constraints after every write.

use std::collections::{BTreeMap, BTreeSet};

use beadsbox_domain::{
    Change, Conflict, ConflictId, ConflictKind, ConflictState, Context, DayClose, Decision, OpId, Operation, Outcome, Redemption, RedemptionOutcome, Situation,
    Status, StatusChange, Template, TemplateContent, TemplateId, Voucher, VoucherCode, VoucherId, decide,
    ledger::{Cause, EntryKind, Standing, entries},
    operation::Subject,
};

#[derive(Clone, Default)]
pub struct Model {
    pub templates: BTreeMap<TemplateId, Template>,
    contents: BTreeMap<(TemplateId, u32), TemplateContent>,
    pub vouchers: BTreeMap<VoucherId, Voucher>,
    codes: BTreeMap<VoucherCode, VoucherId>,
    pub redemptions: BTreeMap<OpId, Redemption>,
    /// In the order in which they were taken.
    pub conflicts: Vec<Conflict>,
    /// Of one till.
    pub closes: Vec<DayClose>,
    attempted: usize,
    /// What the lines of the books come to, voucher by voucher: service owed, money owed, value at stake.
    books: BTreeMap<VoucherId, [i64; 3]>,
    /// What happened so far, by name: shows that the sequences reach what they are to reach.
    pub seen: BTreeSet<String>,
}

impl Model {
    fn situation(&self, operation: &Operation) -> Situation {
        let mut situation = Situation::default();
        match operation.subject() {
            Subject::Template(id) => situation.template = self.templates.get(&id).cloned(),
            Subject::Voucher(id) => {
                situation.voucher = self.vouchers.get(&id).cloned();
                let open = |conflict: &&Conflict| conflict.voucher == id && conflict.state == ConflictState::Open;
                situation.open_conflicts = self.conflicts.iter().filter(open).cloned().collect();
            }
            Subject::Till => situation.last_close = self.closes.last().map(DayClose::last),
        }
        match operation {
            Operation::Sell { template, template_version, code, .. } => {
                situation.template = self.templates.get(template).cloned();
                situation.content_as_sold = self.contents.get(&(*template, *template_version)).cloned();
                situation.code_taken = self.codes.contains_key(code);
            }
            Operation::Honour { redemption, .. } | Operation::Withdraw { redemption, .. } => {
                situation.redemption = self.redemptions.get(redemption).copied();
            }
            Operation::SettleConflict { conflict, .. } => {
                situation.conflict = self.conflicts.iter().find(|row| row.id == *conflict).cloned();
            }
            _ => {}
        }
        situation
    }

    /// Decides the operation, writes what comes of it, and checks all that must hold.
    pub fn take(&mut self, operation: &Operation, context: &Context) -> Decision {
        let situation = self.situation(operation);
        let decision = decide(operation, &situation, context);
        assert_eq!(decision, decide(operation, &situation, context), "the same operation gets the same result");

        let before = self.clone();
        if matches!(operation, Operation::Redeem { .. }) || (matches!(operation, Operation::HonourExpired { .. }) && decision.outcome == Outcome::Applied) {
            self.attempted += 1;
        }
        for change in &decision.changes {
            self.write(change);
            self.at_most_one_accepted();
        }
        self.check(&before, operation, context, &decision);
        self.book(&before, operation, context);
        decision
    }

    fn standing(&self, id: VoucherId) -> Standing {
        Standing::of(self.vouchers.get(&id), self.conflicts.iter().filter(|conflict| conflict.voucher == id))
    }

    /// The sum of a voucher's lines is what is owed for it and what is at stake, after every operation.
    fn book(&mut self, before: &Self, operation: &Operation, context: &Context) {
        let Subject::Voucher(id) = operation.subject() else { return };
        let cause = Cause::new(operation, context.stamp, context.clock_right, context.received_at);
        let lines = entries(&before.standing(id), &self.standing(id), &cause);
        let changed = (before.vouchers.get(&id), &before.conflicts) != (self.vouchers.get(&id), &self.conflicts);
        assert!(changed || lines.is_empty(), "a line for nothing: {lines:?}");
        let sums = self.books.entry(id).or_default();
        for line in &lines {
            assert!(line.amount.minor > 0 || line.kind == EntryKind::AtStake, "only what is at stake is taken back: {line:?}");
            assert!(line.at >= cause.at && line.at <= context.received_at, "{line:?}");
            let effect = line.kind.effect();
            for (sum, effect) in sums.iter_mut().zip([effect.service, effect.money, effect.stake]) {
                *sum += effect * line.amount.minor;
            }
            self.seen.insert(format!("line {}", line.kind.name()));
        }
        let price = self.vouchers.get(&id).map_or(0, |voucher| voucher.snapshot.price.minor);
        let status = self.vouchers.get(&id).map(|voucher| voucher.status);
        let at_stake = self.conflicts.iter().filter(|conflict| conflict.voucher == id && conflict.state == ConflictState::Open).count();
        let owed = |is: Status| if status == Some(is) { price } else { 0 };
        let at_stake = price * i64::try_from(at_stake).expect("a few");
        assert_eq!(*sums, [owed(Status::Purchased), owed(Status::Cancelled), at_stake], "{operation:?}: {lines:?}");
    }

    fn write(&mut self, change: &Change) {
        match change {
            Change::Template(row) => {
                let before = self.templates.insert(row.id, row.clone());
                assert_eq!(row.row_version, before.map_or(0, |row| row.row_version) + 1, "versions grow by one");
                self.contents.entry((row.id, row.version)).or_insert_with(|| row.content.clone());
                assert_eq!(self.contents[&(row.id, row.version)], row.content, "a version says the same for good");
            }
            Change::Voucher(row) => {
                let before = self.vouchers.insert(row.id, row.clone());
                assert_eq!(row.row_version, before.map_or(0, |row| row.row_version) + 1, "versions grow by one");
                assert_eq!(*self.codes.entry(row.code).or_insert(row.id), row.id, "a code names one voucher");
            }
            Change::RedemptionRecorded(row) => {
                assert!(self.redemptions.insert(row.stamp.op, *row).is_none(), "an attempt is recorded once");
            }
            Change::RedemptionChanged(row) => {
                let before = self.redemptions.insert(row.stamp.op, *row).expect("an attempt that was recorded");
                assert_eq!((before.voucher, before.stamp, before.undone_by), (row.voucher, row.stamp, row.undone_by), "the facts stay");
            }
            Change::RedemptionUndone { redemption, by } => {
                let row = self.redemptions.get_mut(redemption).expect("an attempt that was recorded");
                assert_eq!((row.outcome, row.undone_by.replace(*by)), (RedemptionOutcome::Accepted, None), "what stands is undone once");
            }
            Change::RedemptionPromoted { redemption } => {
                let row = self.redemptions.get_mut(redemption).expect("an attempt that was recorded");
                assert_eq!((row.outcome, row.undone_by), (RedemptionOutcome::Conflict, None), "what collided comes forward");
                row.outcome = RedemptionOutcome::Accepted;
                self.seen.insert("promoted".to_owned());
            }
            Change::Conflict(row) => self.write_conflict(row),
            Change::CashMoved { amount, .. } => assert!(amount.minor >= 0),
            Change::DayClosed { close, .. } => {
                let last = self.closes.last().map_or((0, 0), |last| (last.number, last.through_seq));
                assert!(close.number > last.0 && close.after_seq >= last.1, "closes do not overlap");
                self.closes.push(close.as_ref().clone());
            }
        }
    }

    fn write_conflict(&mut self, row: &Conflict) {
        self.seen.insert(format!("{:?} {:?}", row.kind, row.state));
        match self.conflicts.iter_mut().find(|before| before.id == row.id) {
            None => {
                assert_eq!((row.row_version, row.state), (1, ConflictState::Open));
                self.conflicts.push(row.clone());
            }
            Some(before) => {
                assert_eq!(before.state, ConflictState::Open, "closed is closed");
                assert_eq!(row.row_version, before.row_version + 1, "versions grow by one");
                assert_eq!((before.voucher, before.other), (row.voucher, row.other), "both sides stay");
                *before = row.clone();
            }
        }
    }

    /// The unique index of the server's table: rule 2, after each single write.
    fn at_most_one_accepted(&self) {
        let mut vouchers = BTreeSet::new();
        for row in self.accepted() {
            assert!(vouchers.insert(row.voucher), "two accepted redemptions of {:?}", row.voucher);
        }
    }

    fn accepted(&self) -> impl Iterator<Item = &Redemption> {
        self.redemptions.values().filter(|row| row.outcome == RedemptionOutcome::Accepted && row.undone_by.is_none())
    }

    fn check(&mut self, before: &Self, operation: &Operation, context: &Context, decision: &Decision) {
        self.seen.insert(format!("{} {}", serde_json::to_value(operation).expect("JSON")["kind"], decision.outcome.name()));
        // Used if and only if an accepted redemption stands, and since that one.
        let standing: BTreeMap<_, _> = self.accepted().map(|row| (row.voucher, row.stamp)).collect();
        for voucher in self.vouchers.values() {
            assert_eq!(voucher.status == Status::Used, standing.contains_key(&voucher.id), "{voucher:?}");
            if voucher.status == Status::Used {
                assert_eq!(standing[&voucher.id], voucher.since);
            }
        }
        assert!(standing.keys().all(|id| self.vouchers.contains_key(id)), "only a known voucher is used");
        // accepted + conflicting + rejected + withdrawn = attempted.
        assert_eq!(self.redemptions.len(), self.attempted);
        self.check_conflicts();
        self.check_change(before, operation, context, decision);
    }

    fn check_conflicts(&self) {
        for conflict in &self.conflicts {
            let other = self.redemptions[&OpId(conflict.id.0)];
            assert_eq!((other.voucher, other.stamp), (conflict.voucher, conflict.other));
            let collides = other.outcome == RedemptionOutcome::Conflict;
            assert_eq!(collides, conflict.state != ConflictState::Resolved, "resolved is what came forward: {conflict:?}");
            assert_eq!(conflict.settled.is_some(), conflict.state == ConflictState::Settled);
            // Nothing that collided with a redemption waits while no redemption stands.
            let waits = conflict.state == ConflictState::Open && matches!(conflict.kind, ConflictKind::DoubleRedemption | ConflictKind::UnknownVoucher);
            if let Some(voucher) = self.vouchers.get(&conflict.voucher).filter(|_| waits) {
                assert_eq!((voucher.status, Some(voucher.since)), (Status::Used, conflict.accepted), "{conflict:?}");
            }
        }
        for row in self.redemptions.values().filter(|row| row.outcome == RedemptionOutcome::Conflict) {
            assert!(self.conflicts.iter().any(|conflict| conflict.id == ConflictId::from(row.stamp.op)), "in nobody's inbox: {row:?}");
        }
    }

    fn check_change(&self, before: &Self, operation: &Operation, context: &Context, decision: &Decision) {
        if let Outcome::Rejected { .. } = decision.outcome {
            assert_eq!((&self.templates, &self.vouchers, &self.conflicts), (&before.templates, &before.vouchers, &before.conflicts));
            let recorded = usize::from(matches!(operation, Operation::Redeem { .. }));
            assert_eq!(self.redemptions.len(), before.redemptions.len() + recorded);
            assert!(before.redemptions.iter().all(|(op, row)| self.redemptions[op] == *row));
        }
        if let Outcome::Conflict { conflict, conflict_kind } = &decision.outcome {
            let row = self.conflicts.iter().find(|row| row.id == *conflict).expect("a conflict that was written");
            assert_eq!((row.kind, row.state), (*conflict_kind, ConflictState::Open));
            assert_eq!(self.vouchers, before.vouchers, "nothing is booked twice");
        }
        for (id, voucher) in &self.vouchers {
            let Some(before) = before.vouchers.get(id).filter(|before| *before != voucher) else { continue };
            let by_table = StatusChange::ALL.iter().any(|change| before.status.after(*change) == Some(voucher.status));
            let given_back = matches!(operation, Operation::UndoRedemption { .. } | Operation::Withdraw { .. }) && before.status == Status::Used;
            let honoured = matches!(operation, Operation::HonourExpired { .. }) && before.status == Status::Expired;
            assert!(by_table || given_back || honoured, "{:?} → {:?} by {operation:?}", before.status, voucher.status);
            assert!(context.by_server || context.role.is_some_and(|role| role.may(operation.deed())), "{operation:?}");
        }
    }
}
