//! What people do at a device, and what the screen tells them. As `crates/app/src/usecase` does it over the real store.

use beadsbox_domain::{
    Deed as Leave, OpId, Operation, Outcome, Payment, Person, RedeemMode, Role, Status, Voucher, VoucherCode, VoucherId,
    text::{PersonName, Reason},
};
use beadsbox_protocol::{
    OperationBody,
    body::{FORMAT, format_of},
    person::SaltedPerson,
};

use super::{
    Machine,
    files::Files,
    outbox::{OutRow, State},
    replica::lock,
};
use crate::{
    breakage::Breakage,
    names,
    plan::{Deed, Strange},
};

/// What a screen has told somebody about an operation. It does not forget, whatever becomes of the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// It is recorded: a sale, a correction.
    Recorded,
    /// The server accepted the redemption.
    Confirmed,
    /// The goods went on the device's own word.
    AcceptedOffline,
    /// Nothing went.
    Refused,
}

/// A word that was told.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    /// About which operation.
    pub op: OpId,
    /// What.
    pub word: Word,
    /// On which operation that rests: itself, or the one that honours or withdraws it.
    pub by: OpId,
    /// That operation went with a copy of the files that is no more, before the server had it.
    pub lost: bool,
}

/// An ask whose answer somebody waits for.
#[derive(Debug, Clone)]
pub struct OpenAsk {
    /// The ask.
    pub op: OpId,
    /// The voucher as it was shown before.
    pub voucher: Voucher,
}

impl Machine {
    /// Records an operation as the person who stands there. When this returns it is on the disk.
    pub(super) fn record(&mut self, operation: Operation, person: Option<SaltedPerson>) -> OpId {
        let op = self.next_op();
        let (now, staff, online) = (self.now(), self.staff, self.is_online());
        let clock_right = self.clock_offset.abs() <= 300;
        let mut files = lock(&self.files);
        let outbox = &files.outbox;
        let body = OperationBody {
            format: format_of(&operation),
            device: outbox.device,
            incarnation: outbox.incarnation,
            dev_seq: outbox.next_seq(),
            op,
            at: now,
            staff,
            shop: outbox.shop,
            online,
            clock_right,
            operation,
        };
        files.record(body, person);
        op
    }

    /// A person does something; none where there is nothing to do it to.
    pub fn act(&mut self, deed: Deed, pick: u16) -> Option<OpId> {
        if !self.may_record() {
            return None;
        }
        match deed {
            Deed::Sell => self.sell(pick),
            Deed::Redeem => self.redeem(self.choose(pick, |_| true)?),
            Deed::RedeemAgain => self.redeem(self.choose(pick, |voucher| voucher.status == Status::Used)?),
            Deed::Undo => {
                let voucher = self.choose(pick, |voucher| voucher.status == Status::Used)?;
                self.correct(Operation::UndoRedemption { voucher: voucher.id, redemption: voucher.since.op, reason: reason()? })
            }
            Deed::CancelOrRefund => {
                let voucher = self.choose(pick, |voucher| matches!(voucher.status, Status::Purchased | Status::Cancelled))?;
                self.correct(match voucher.status {
                    Status::Purchased => Operation::Cancel { voucher: voucher.id, reason: reason()? },
                    _ => Operation::Refund { voucher: voucher.id, reason: reason()?, payment: Payment::Cash },
                })
            }
            Deed::HonourExpired => {
                let now = self.now();
                let voucher = self.choose(pick, |voucher| voucher.status == Status::Purchased && voucher.is_overdue(now))?;
                self.correct(Operation::HonourExpired { voucher: voucher.id, reason: reason()? })
            }
            Deed::Extend => self.extend(pick),
            Deed::Replace => self.replace(pick),
            Deed::ChargebackOrNote => {
                let voucher = self.choose(pick, |_| true)?.id;
                self.correct(if pick.is_multiple_of(2) {
                    Operation::Chargeback { voucher, reason: reason()? }
                } else {
                    Operation::Note { voucher, text: reason()? }
                })
            }
            Deed::Settle => self.settle(pick),
            Deed::Template => self.write_template(pick),
        }
    }

    pub(super) fn choose(&self, pick: u16, fits: impl Fn(&Voucher) -> bool) -> Option<Voucher> {
        let files = lock(&self.files);
        let listed = files.listed();
        // The newest are nearest at hand.
        let candidates = listed.iter().rev().filter_map(|id| files.shown(*id).0.voucher).filter(|voucher| fits(voucher));
        let first: Vec<Voucher> = candidates.take(usize::from(pick) % 16 + 1).collect();
        first.last().cloned()
    }

    pub(super) fn may(&self, leave: Leave) -> bool {
        self.role.may(leave)
    }

    pub(super) fn correct(&mut self, operation: Operation) -> Option<OpId> {
        if !self.may(operation.deed()) {
            return None;
        }
        let op = self.record(operation, None);
        self.tell(op, Word::Recorded);
        Some(op)
    }

    fn sell(&mut self, pick: u16) -> Option<OpId> {
        let template = {
            let files = lock(&self.files);
            let ids: Vec<_> = files.cache.ids(beadsbox_protocol::digest::RowKind::Template).collect();
            let shown = ids.iter().filter_map(|id| files.shown_template(beadsbox_domain::TemplateId(*id)).0);
            let on_sale: Vec<_> = shown.filter(|template| !template.archived).collect();
            on_sale.get(usize::from(pick) % on_sale.len().max(1)).cloned()?
        };
        let (voucher, code) = self.next_voucher();
        let salted = self.buyer()?;
        let operation = Operation::Sell {
            voucher,
            code,
            template: template.id,
            template_version: template.version,
            snapshot: template.content,
            person: salted.hash().ok()?,
            payment: Payment::CardTerminal,
            home_shop: None,
            replaces: None,
            batch: None,
            imported: None,
            mail: None,
        };
        let op = self.record(operation, Some(salted));
        self.tell(op, Word::Recorded);
        Some(op)
    }

    pub(super) fn next_voucher(&self) -> (VoucherId, VoucherCode) {
        (names::voucher(self.number, self.made + 1), names::code(self.number, self.made + 1))
    }

    pub(super) fn buyer(&self) -> Option<SaltedPerson> {
        let buyer = Person { buyer: PersonName::new("Ada Customer").ok()?, email: None, recipient: None, message: None };
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&self.made.to_be_bytes());
        salt[8..12].copy_from_slice(&self.number.to_be_bytes());
        SaltedPerson::new(&buyer, salt).ok()
    }

    /// With the server: asks. Without: honours, within the limits.
    fn redeem(&mut self, voucher: Voucher) -> Option<OpId> {
        self.attempted += 1;
        if self.can_ask() {
            let op = self.record(Operation::redeem(voucher.id, RedeemMode::Asked), None);
            self.asks.push_back(OpenAsk { op, voucher });
            return Some(op);
        }
        if !self.may_honour(&voucher) {
            return None;
        }
        let op = self.record(Operation::redeem(voucher.id, RedeemMode::Honoured), None);
        self.tell(op, Word::AcceptedOffline);
        Some(op)
    }

    /// What this device knows of the voucher, and its limits.
    fn may_honour(&self, voucher: &Voucher) -> bool {
        let (files, now) = (lock(&self.files), self.now());
        let limits = files.cache.policy().offline;
        let age = files.cache.last_sync_at.map(|at| now.duration_since(at));
        voucher.status == Status::Purchased
            && !voucher.is_overdue(now)
            && voucher.snapshot.price.minor <= limits.highest_value_minor
            && files.outbox.honoured_unanswered() < limits.most_redemptions as usize
            && age.is_some_and(|age| age.as_hours() < i64::from(limits.most_hours_since_sync) && age.as_secs() >= -3600)
    }

    /// Looks whether answers to open asks have come, and tells them.
    pub fn look_at_asks(&mut self) {
        let (mut told, mut open) = (Vec::new(), std::mem::take(&mut self.asks));
        open.retain(|ask| {
            let outcome = lock(&self.files).outbox.find(ask.op).and_then(|row| row.outcome.clone());
            told.extend(outcome.iter().map(|outcome| (ask.op, word_of(outcome))));
            outcome.is_none()
        });
        self.asks = open;
        for (op, word) in told {
            self.tell(op, word);
        }
    }

    /// What no program may do: says "confirmed" before the answer is on the disk.
    pub fn confirm_at_once(&mut self, op: OpId) {
        if self.asks.iter().any(|ask| ask.op == op) {
            self.tell(op, Word::Confirmed);
        }
    }

    /// The answer to the oldest ask did not come in time: what is committed now is what the screen says.
    pub fn decide_alone(&mut self) -> Option<Word> {
        self.look_at_asks();
        // Whoever may not record is told so, and waits.
        let ask = self.asks.pop_front_if(|_| lock(&self.files).outbox.may_record())?;
        self.suspect();
        let (word, by) = if self.may_honour(&ask.voucher) {
            let by = self.record(Operation::honour(ask.voucher.id, ask.op), None);
            (Word::AcceptedOffline, by)
        } else if Breakage::WithdrawalNotRecorded.is_left_out(self.breakage) {
            (Word::Refused, ask.op)
        } else {
            (Word::Refused, self.record(Operation::Withdraw { voucher: ask.voucher.id, redemption: ask.op }, None))
        };
        self.told.push(Told { op: ask.op, word, by, lost: false });
        Some(word)
    }

    /// At the start: an ask that a crash left open is withdrawn; nobody saw an answer.
    pub fn withdraw_open_asks(&mut self) -> usize {
        // What was answered stands in the till's list, whoever saw it before.
        self.look_at_asks();
        self.asks.clear();
        let mut open = open_asks(&lock(&self.files));
        if !self.may_record() {
            self.left_open.extend(open.drain(..).map(|(op, _)| op));
        }
        for (op, voucher) in &open {
            let by = self.record(Operation::Withdraw { voucher: *voucher, redemption: *op }, None);
            self.told.push(Told { op: *op, word: Word::Refused, by, lost: false });
        }
        open.len()
    }

    /// Records something that the server cannot take as it is.
    pub fn record_strange(&mut self, how: Strange) -> Option<OpId> {
        if !self.may_record() {
            return None;
        }
        let voucher = names::voucher(self.number, u64::MAX);
        let op = self.next_op();
        let mut files = lock(&self.files);
        let used = files.outbox.rows.iter().find(|row| row.body.is_some() && row.state == State::Acknowledged).map(|row| row.op);
        let outbox = &files.outbox;
        let mut body = OperationBody {
            format: FORMAT,
            device: outbox.device,
            incarnation: outbox.incarnation,
            dev_seq: outbox.next_seq(),
            op,
            at: self.true_now,
            staff: self.staff,
            shop: outbox.shop,
            online: false,
            clock_right: true,
            operation: Operation::redeem(voucher, RedeemMode::Asked),
        };
        match how {
            Strange::Newer => body.format = FORMAT + 1,
            Strange::Undecodable => {}
            Strange::ForeignHeader => body.shop = names::shop(self.device_number + 1),
            Strange::RepeatedId => body.op = used.unwrap_or(op),
        }
        let text = if how == Strange::Undecodable {
            "{\"format\":1,\"no\":\"operation\"}".to_owned()
        } else {
            body.encode().unwrap_or_default()
        };
        files.outbox.append(body.op, text, None, None);
        Some(op)
    }

    pub(super) fn tell(&mut self, op: OpId, word: Word) {
        self.told.push(Told { op, word, by: op, lost: false });
    }
}

/// The asks that nobody answered, honoured or withdrew.
fn open_asks(files: &Files) -> Vec<(OpId, VoucherId)> {
    let followed = |op: OpId| {
        files
            .outbox
            .rows
            .iter()
            .filter_map(|row| row.body.as_ref())
            .any(|body| matches!(body.operation, Operation::Honour { redemption, .. } | Operation::Withdraw { redemption, .. } if redemption == op))
    };
    let ask = |row: &OutRow| match row.body.as_ref()?.operation {
        Operation::Redeem { voucher, mode: RedeemMode::Asked, .. } if row.outcome.is_none() && row.state != State::Acknowledged => Some((row.op, voucher)),
        _ => None,
    };
    files.outbox.rows.iter().filter_map(ask).filter(|(op, _)| !followed(*op)).collect()
}

const fn word_of(outcome: &Outcome) -> Word {
    if matches!(outcome, Outcome::Applied) { Word::Confirmed } else { Word::Refused }
}

pub(super) fn reason() -> Option<Reason> {
    Reason::new("because").ok()
}

/// Who stands at that device: an admin at the first, the back office at the second, counters at the others.
pub const fn role_at(device_number: u32) -> (u32, Role) {
    match device_number {
        0 => (0, Role::Admin),
        1 => (1, Role::BackOffice),
        number => (2 + number % 2, Role::Counter),
    }
}
