//! What goes in and comes out: plain structs of domain types.

use beadsbox_domain::{
    Conflict, DeviceId, Money, OpId, Operation, Outcome, Person, ShopId, StaffId, Template, Timestamp, Voucher, VoucherCode, VoucherId,
    day::{Answer, Done},
};
use beadsbox_protocol::{ChainHash, Incarnation, OperationBody, person::SaltedPerson, pull::Cursor, push::KeptReceipt, rows::Assignment};
use uuid::Uuid;

mod identity;
mod sign_in;

pub use identity::{Enrolment, Fork, Place, Standing};
pub use sign_in::{OfflineSignIn, SignInEnd};

/// How the cache was found at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheOpening {
    /// There was none.
    Fresh,
    /// It was damaged, or of another epoch: an empty one stands in its place.
    Rebuilt,
    /// It was sound.
    Kept,
}

/// What was found at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// The cache.
    pub cache: CacheOpening,
}

/// An operation that a close of the day sums up.
#[derive(Debug, Clone)]
pub struct Business {
    /// As it was recorded.
    pub own: OwnOperation,
    /// The price of its voucher; none where this device does not know it, or it is about none.
    pub value: Option<Money>,
}

impl Business {
    /// As the sums take it.
    pub const fn done(&self) -> Done<'_> {
        let answer = Answer::of(self.own.outcome.as_ref());
        Done { op: self.own.body.op, staff: self.own.body.staff, operation: &self.own.body.operation, answer, value: self.value }
    }
}

/// An operation to record. The store adds device, incarnation and place.
#[derive(Debug, Clone)]
pub struct NewOperation {
    /// Its id.
    pub op: OpId,
    /// When, by this device's clock; kept to the millisecond.
    pub at: Timestamp,
    /// Who.
    pub staff: StaffId,
    /// Where.
    pub shop: ShopId,
    /// Whether the server is thought to be there.
    pub online: bool,
    /// Whether the clock is known to be right.
    pub clock_right: bool,
    /// What was done.
    pub operation: Operation,
    /// The buyer, with a sale and only with one.
    pub person: Option<SaltedPerson>,
}

/// Operations to record, and what is noted beside them in the same commit.
#[derive(Debug, Clone)]
pub struct Recording {
    /// In their order.
    pub operations: Vec<NewOperation>,
    /// The key and the value of a preference.
    pub note: Option<(String, String)>,
}

impl From<Vec<NewOperation>> for Recording {
    fn from(operations: Vec<NewOperation>) -> Self {
        Self { operations, note: None }
    }
}

/// An operation that is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// Its place, from 1, without gaps.
    pub dev_seq: u64,
    /// Its id.
    pub op: OpId,
    /// The chain's hash after it.
    pub hash: ChainHash,
}

/// How far an operation is on its way to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OpState {
    /// Not answered yet, or to be given back to a server that lost it.
    Waiting,
    /// The server has it and cannot read it yet.
    Held,
    /// The server has it, and an admin has not accepted it yet.
    Quarantined,
    /// Decided.
    Acknowledged,
}

/// An operation of this device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnOperation {
    /// What was recorded.
    pub body: OperationBody,
    /// How far it is.
    pub state: OpState,
    /// What the server decided, once it has. Stays when a restored server has to be told again.
    pub outcome: Option<Outcome>,
    /// What the server said later, where that differs: it contradicts its own receipt.
    pub contradicted_by: Option<Outcome>,
    /// When a person took note of its refusal, or of the contradiction.
    pub acknowledged_refusal_at: Option<Timestamp>,
}

/// How many operations there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxCounts {
    /// Recorded on this device.
    pub total: u64,
    /// Not answered yet (held ones among them).
    pub waiting: u64,
    /// Kept by the server until an admin accepts them.
    pub quarantined: u64,
    /// Decided by the server.
    pub acknowledged: u64,
    /// Refused or contradicted, and nobody has taken note.
    pub refused_unseen: u64,
}

/// The next operations to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingBatch {
    /// Who sends.
    pub device: DeviceId,
    /// Which life of it.
    pub incarnation: Incarnation,
    /// The server's epoch, as last seen.
    pub epoch: Uuid,
    /// Place of the first.
    pub first_seq: u64,
    /// Place of the last.
    pub last_seq: u64,
    /// The bodies, byte for byte.
    pub bodies: Vec<String>,
    /// The buyers of the sales among them.
    pub persons: Vec<SaltedPerson>,
    /// The receipts of those that the server decided before and lost.
    pub receipts: Vec<KeptReceipt>,
    /// The chain's hash after the last.
    pub tip: ChainHash,
    /// How many wait behind this batch.
    pub waiting_after: u64,
}

/// The most that a batch holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLimit {
    /// Operations.
    pub operations: usize,
    /// Bytes, as JSON counts them.
    pub bytes: usize,
}

/// The server's word on an operation that had none until now, or another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOutcome {
    /// The operation's place.
    pub dev_seq: u64,
    /// The operation.
    pub op: OpId,
    /// What was decided; none while the server holds it.
    pub outcome: Option<Outcome>,
}

/// Which lists a page of changes touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a set of independent flags, as the screens' event has them")]
pub struct ChangedKinds {
    /// Vouchers.
    pub vouchers: bool,
    /// Templates.
    pub templates: bool,
    /// Conflicts.
    pub conflicts: bool,
    /// Shops, staff, devices or settings.
    pub directory: bool,
    /// Outcomes of this device's operations.
    pub outcomes: bool,
}

/// What is known of the cache being the server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CacheProof {
    /// When every range was last seen to be equal, by this device's clock.
    pub at: Option<Timestamp>,
    /// How many ranges were replaced since this cache began.
    pub repaired: u64,
}

/// Where the cache stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachePosition {
    /// Which cache: a new one after each rebuild.
    pub cache_id: Uuid,
    /// The epoch of its rows; none before the first page.
    pub epoch: Option<Uuid>,
    /// The last place of the feed that it holds.
    pub cursor: Cursor,
    /// The last place that there was, as the server said.
    pub head: Option<u64>,
    /// When it was last up to date, by this device's clock.
    pub last_sync_at: Option<Timestamp>,
}

/// A voucher as this device shows it: the server's row and what was done here since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoucherView {
    /// The voucher.
    pub voucher: Voucher,
    /// Its buyer; none once erased, or where this device may not know.
    pub person: Option<Person>,
    /// An operation of this device on it has no outcome yet.
    pub waiting: bool,
    /// A conflict about it is open.
    pub open_conflict: bool,
}

/// A template as this device shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateView {
    /// The template.
    pub template: Template,
    /// An operation of this device on it has no outcome yet.
    pub waiting: bool,
    /// Vouchers sold of it.
    pub sold: u64,
    /// Those still `purchased`.
    pub outstanding: u64,
}

/// A conflict as this device shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictView {
    /// The conflict.
    pub conflict: Conflict,
    /// Who works on it, as the server last said; none where nobody ever did.
    pub assignment: Option<Assignment>,
    /// The server knows it; else this device foresees it.
    pub known: bool,
    /// The voucher, where this device knows it.
    pub voucher: Option<VoucherBrief>,
    /// An operation of this device on it has no outcome yet.
    pub waiting: bool,
}

/// A voucher in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoucherBrief {
    /// What stands on it.
    pub code: VoucherCode,
    /// What it is for; none where only its signed code is known.
    pub title: Option<String>,
    /// What was paid.
    pub price: Money,
}

/// What became of an own redemption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RedemptionState {
    /// The server accepted it, and it stands.
    Confirmed,
    /// No outcome yet.
    Waiting,
    /// The server has it, and an admin has not accepted it yet.
    Quarantined,
    /// The goods went, but another came first.
    Conflict,
    /// Nothing went over the counter.
    Refused,
    /// Asked, never answered in time, and taken back.
    Withdrawn,
    /// Undone.
    Undone,
}

/// A redemption made on this device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecentRedemption {
    /// The redemption.
    pub op: OpId,
    /// The voucher.
    pub voucher: VoucherId,
    /// The voucher in one line, where this device knows it.
    pub brief: Option<VoucherBrief>,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub staff: StaffId,
    /// Where.
    pub shop: ShopId,
    /// What became of it.
    pub state: RedemptionState,
}

/// An asked redemption that was never answered, honoured or withdrawn: the program ended in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAsk {
    /// The redemption.
    pub op: OpId,
    /// The voucher.
    pub voucher: VoucherId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub staff: StaffId,
    /// Where.
    pub shop: ShopId,
}

/// Whether a PIN may be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinTurn {
    /// It may, and is counted as wrong until it is known to be right.
    Look,
    /// Too many wrong ones: not before then.
    Blocked {
        /// When the next may be.
        until: Timestamp,
    },
    /// Far too many: not before the person has shown their password here.
    Locked,
}
