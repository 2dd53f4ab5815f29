//! One pure function that applies an operation to what is there, and says `applied`, `conflict` or `rejected` with the facts.
//!
//! The server asks it under the rows' locks and its word is final. A device asks it with its cache and its own operations,
//! to show a person's work at once. The decision lists the rows as they are afterwards; whoever asked writes them.

mod correction;
mod redemption;
mod replacement;
mod sale;
mod settlement;
mod template;
mod till;

use jiff::{Timestamp, tz::TimeZone};

pub use replacement::ReplacedVoucher;

use crate::{
    conflict::Conflict,
    day::{CashMovement, DayClose, LastClose},
    ids::OpId,
    money::Money,
    operation::Operation,
    outcome::{Outcome, Refusal},
    permission::Role,
    policy::Policy,
    redemption::Redemption,
    template::{Template, TemplateContent},
    text::Reason,
    voucher::{Stamp, Voucher},
};

/// Everything that a decision may look at, as far as it exists.
#[derive(Debug, Clone, Default)]
pub struct Situation {
    /// The template that the operation names.
    pub template: Option<Template>,
    /// What that template said at the version that a sale names. A device that no longer knows leaves it out.
    pub content_as_sold: Option<TemplateContent>,
    /// Another voucher has the code of this sale, or the code that another system gave it.
    pub code_taken: bool,
    /// The voucher that the operation names.
    pub voucher: Option<Voucher>,
    /// The voucher that a sale stands for.
    pub replaced: Option<ReplacedVoucher>,
    /// The redemption that an `honour` or `withdraw` names.
    pub redemption: Option<Redemption>,
    /// The voucher's open conflicts, in the order in which the server took them.
    pub open_conflicts: Vec<Conflict>,
    /// The conflict that a settlement names.
    pub conflict: Option<Conflict>,
    /// Of a close: the till's last one.
    pub last_close: Option<LastClose>,
    /// Of a close: its own place in the device's order, where it has one already.
    pub dev_seq: Option<u64>,
}

impl Situation {
    /// Of a sale: what it names is as the sale itself says. So for whoever sold, and for what was lost since.
    pub fn trust_sale(&mut self, operation: &Operation, sold: Stamp) {
        let Operation::Sell { template, template_version, snapshot, replaces, .. } = operation else { return };
        let said = Template { id: *template, content: snapshot.clone(), version: *template_version, archived: false, changed: sold, row_version: 1 };
        (self.template, self.content_as_sold) = (Some(said), None);
        self.replaced = replaces.as_ref().and_then(|replaced| ReplacedVoucher::as_told(operation, replaced));
    }
}

/// Who asks, when, under which rules.
#[derive(Debug, Clone)]
pub struct Context {
    /// Who, where, when, and the operation's id.
    pub stamp: Stamp,
    /// The staff member's role; none where nobody knows them.
    pub role: Option<Role>,
    /// The staff member had not been barred when they did it.
    pub staff_active: bool,
    /// The server's own operation: not a person's, so no role is asked.
    pub by_server: bool,
    /// The device's clock is known to be right: its claimed time counts for expiry.
    pub clock_right: bool,
    /// When the server took it; on a device, now.
    pub received_at: Timestamp,
    /// What the organisation set.
    pub policy: Policy,
    /// Of the shop: its days end there.
    pub time_zone: TimeZone,
}

/// A row as it is after the operation, or a fact to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The template's new row.
    Template(Template),
    /// The voucher's new row.
    Voucher(Voucher),
    /// A new attempt to redeem.
    RedemptionRecorded(Redemption),
    /// What became of an earlier attempt.
    RedemptionChanged(Redemption),
    /// The accepted redemption of this id was undone by that operation.
    RedemptionUndone { redemption: OpId, by: OpId },
    /// The redemption of this id, in conflict until now, is the accepted one.
    RedemptionPromoted { redemption: OpId },
    /// The conflict's new row.
    Conflict(Conflict),
    /// Cash moved in the till.
    CashMoved { stamp: Stamp, movement: CashMovement, amount: Money, reason: Option<Reason> },
    /// The till's day was closed.
    DayClosed { stamp: Stamp, close: Box<DayClose> },
}

/// What became of the operation, and what it changed. A rejection changes no row; an attempt to redeem is recorded even so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Applied, conflict or rejected.
    pub outcome: Outcome,
    /// What to write, in this order.
    pub changes: Vec<Change>,
}

impl Decision {
    fn applied(changes: Vec<Change>) -> Self {
        Self { outcome: Outcome::Applied, changes }
    }

    fn rejected(refusal: Refusal) -> Self {
        Self { outcome: Outcome::Rejected { refusal }, changes: Vec::new() }
    }

    /// The voucher's or template's row version afterwards, where the operation changed one.
    pub fn row_version(&self) -> Option<u64> {
        self.changes.iter().rev().find_map(|change| match change {
            Change::Template(template) => Some(template.row_version),
            Change::Voucher(voucher) => Some(voucher.row_version),
            _ => None,
        })
    }
}

/// Applies the operation. Total: every operation in every situation has an outcome.
pub fn decide(operation: &Operation, situation: &Situation, context: &Context) -> Decision {
    if let Some(refusal) = refused_person(operation, context) {
        return redemption::with_attempt_recorded(operation, context, Decision::rejected(refusal));
    }
    let decided = match operation {
        Operation::CreateTemplate { template, content } => template::create(*template, content, situation, context),
        Operation::EditTemplate { based_on, content, .. } => template::edit(*based_on, content, situation, context),
        Operation::ArchiveTemplate { archived, .. } => template::archive(*archived, situation, context),
        Operation::NoteTemplate { .. } => template::note(situation),
        Operation::Sell { .. } => sale::sell(operation, situation, context),
        Operation::Redeem { voucher, mode, .. } => redemption::redeem(*voucher, *mode, situation, context),
        Operation::Honour { voucher, redemption, .. } => redemption::honour(*voucher, *redemption, situation, context),
        Operation::Withdraw { voucher, redemption } => redemption::withdraw(*voucher, *redemption, situation, context),
        Operation::UndoRedemption { redemption, .. } => redemption::undo(*redemption, situation, context),
        Operation::HonourExpired { .. } => redemption::honour_expired(situation, context),
        Operation::Extend { expires_on, expires_at, .. } => correction::extend((*expires_on, *expires_at), situation, context),
        Operation::Replace { by, replacement, .. } => replacement::replace(*by, *replacement, situation, context),
        Operation::Chargeback { .. } => correction::chargeback(situation, context),
        Operation::Note { .. } => correction::note(situation),
        Operation::Cancel { .. } => correction::cancel(situation, context),
        Operation::Refund { .. } => correction::refund(situation, context),
        Operation::Expire { .. } => correction::expire(situation, context),
        Operation::SettleConflict { .. } => settlement::settle(operation, situation, context),
        Operation::MoveCash { movement, amount, reason } => till::move_cash(*movement, *amount, reason.as_ref(), context),
        Operation::CloseDay { close } => till::close_day(close, situation, context),
    };
    let decision = decided.unwrap_or_else(Decision::rejected);
    redemption::with_attempt_recorded(operation, context, decision)
}

/// What a person may not do, whatever the rows say.
fn refused_person(operation: &Operation, context: &Context) -> Option<Refusal> {
    if context.by_server {
        return None;
    }
    let Some(role) = context.role else { return Some(Refusal::UnknownStaff) };
    if !role.may(operation.deed()) {
        return Some(Refusal::NotPermitted { role });
    }
    // What went over the counter is booked, whoever was barred since; an intention of somebody barred is not.
    if !context.staff_active && !operation.has_happened() {
        return Some(Refusal::UnknownStaff);
    }
    None
}

type Decided = Result<Decision, Refusal>;
